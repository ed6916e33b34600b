use super::*;

const SERVICE: Service = Service { model: "test", module: "test" };

/// A model with those shapes, and one operation from `In` to `Out` that declares `SadException`.
fn model(shapes: &str, overlay: &str) -> Result<Model, String> {
    static TEST: Service = SERVICE;
    let text = format!(
        r#"{{
            "metadata": {{"protocol":"query","serviceId":"Test","endpointPrefix":"test","apiVersion":"2010-05-08"}},
            "operations": {{"DoThing": {{
                "name":"DoThing","http":{{"method":"POST","requestUri":"/"}},"input":{{"shape":"In"}},
                "output":{{"shape":"Out","resultWrapper":"DoThingResult"}},"errors":[{{"shape":"SadException"}}]
            }},
            "DoNothing": {{"name":"DoNothing","http":{{"method":"POST","requestUri":"/"}}}}}},
            "shapes": {{
                "Out": {{"type":"structure","members":{{}}}},
                "SadException": {{"type":"structure","members":{{"message":{{"shape":"text"}}}},"exception":true,
                    "error":{{"code":"Sad","httpStatusCode":409,"senderFault":true}}}},
                "text": {{"type":"string","min":1,"pattern":"[a-z]+"}},
                {shapes}
            }}
        }}"#
    );
    let json = Json::parse(&text).map_err(|error| error.to_string())?;
    let overlay = Overlay::parse(overlay).map_err(|error| error.to_string())?;
    overlay.check_services(&["test"]).map_err(|error| error.to_string())?;
    Model::new(&TEST, &json, &overlay).map_err(|error| error.to_string())
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn generated_shapes_are_current() {
    run(&crate::project_root(), Mode::Check).unwrap();
}

#[test]
fn a_model_becomes_source() {
    let shapes = r#"
        "In": {"type":"structure","required":["UserName","Names"],"members":{
            "UserName":{"shape":"text"},"Secret":{"shape":"secret"},"When":{"shape":"time"},"Names":{"shape":"names"},
            "Self":{"shape":"In"},"Choice":{"shape":"choice"},"type":{"shape":"text","locationName":"Type"}}},
        "secret": {"type":"string","sensitive":true},
        "time": {"type":"timestamp"},
        "names": {"type":"list","member":{"shape":"text"},"max":5},
        "choice": {"type":"structure","union":true,"members":{"a":{"shape":"text"},"b":{"shape":"names"}}},
        "unused": {"type":"string"}
    "#;
    let model = model(shapes, "").unwrap();
    let types = squeeze(&render::types(&model).unwrap());
    for expected in [
        "structure! { In = IN { user_name: String, secret: Option<Sensitive<String>>, when: Option<Timestamp>, \
         names: Vec<String>, self_: Option<Box<In>>, choice: Option<choice>, r#type: Option<String>, } }",
        "union! { choice = CHOICE { 0 => A: String, 1 => B: Vec<String>, } }",
        "structure! { DoNothingRequest = DO_NOTHING_REQUEST {} }",
    ] {
        assert!(types.contains(expected), "{expected}\n{types}");
    }
    assert!(!types.contains("SadException"), "an error with nothing but a message needs no type");

    let schemas = squeeze(&render::schemas(&model).unwrap());
    for expected in [
        "static PATTERN_1: Pattern = Pattern::new(\"[a-z]+\");",
        "pub static TEXT: Schema = Schema::string(\"text\").min(1).pattern(&PATTERN_1);",
        "pub static SECRET: Schema = Schema::string(\"secret\").sensitive();",
        "pub static NAMES: Schema = Schema::list(\"names\", &Member::new(\"member\", &TEXT)).max(5);",
        "Member::new(\"UserName\", &TEXT).required(),",
        "Member::new(\"type\", &TEXT).named(\"Type\"),",
    ] {
        assert!(schemas.contains(expected), "{expected}\n{schemas}");
    }
    assert!(!schemas.contains("UNUSED"), "no operation reaches it");

    let markers = render::markers(&model);
    assert!(markers.contains("operation! { DoThing = DO_THING: In => Out [Sad] }"), "{markers}");
    assert!(
        markers.contains("DoNothing = DO_NOTHING: DoNothingRequest => DoNothingResponse []"),
        "{markers}"
    );
    let errors = render::errors(&model).unwrap();
    assert!(errors.contains(r#"code: "Sad", status: 409, sender_fault: true"#), "{errors}");
}

#[test]
fn what_cannot_be_generated_is_refused() {
    let empty = r#""In": {"type":"structure","members":{}}"#;
    for (shapes, problem) in [
        (
            r#""In": {"type":"structure","members":{"a":{"shape":"text","xmlAttribute":true}}}"#,
            "xmlAttribute",
        ),
        (r#""In": {"type":"bigInteger"}"#, "bigInteger"),
        (&format!(r#"{empty}, "DoNothingRequest": {{"type":"string"}}"#), "already a shape"),
    ] {
        let error = model(shapes, "").err().unwrap();
        assert!(error.contains(problem), "{error}");
    }
    let taken = r#""In": {"type":"structure","members":{"a":{"shape":"Vec"}}}, "Vec": {"type":"structure","members":{}}"#;
    assert!(render::types(&model(taken, "").unwrap()).is_err());
}

#[test]
fn the_overlay_applies_and_must_stay_true() {
    let shapes = r#""In": {"type":"structure","members":{"a":{"shape":"text"}}}"#;
    let apply = |overlay: &str| model(shapes, overlay);
    let changed = apply(
        "[service.test]\nquotes_values = false\nreason = \"r\"\n\
         [[shape]]\nservice = \"test\"\nshape = \"text\"\nmax = 9\npattern_equivalent = \"x\"\nreason = \"r\"\n\
         [[member]]\nservice = \"test\"\nshape = \"In\"\nmember = \"a\"\nrequired = true\nreason = \"r\"\n",
    )
    .unwrap();
    assert!(!changed.quotes_values);
    let schemas = squeeze(&render::schemas(&changed).unwrap());
    assert!(
        schemas.contains(".min(1).max(9)") && schemas.contains("with_equivalent(\"[a-z]+\", \"x\")"),
        "{schemas}"
    );
    assert!(schemas.contains("Member::new(\"a\", &TEXT).required()"), "{schemas}");
    for (overlay, problem) in [
        ("[[shape]]\nservice = \"test\"\nshape = \"gone\"\nmax = 9\nreason = \"r\"", "no such shape"),
        ("[[shape]]\nservice = \"test\"\nshape = \"text\"\nmin = 1\nreason = \"r\"", "already says so"),
        ("[[shape]]\nservice = \"test\"\nshape = \"text\"\nmin = 2\nreason = \" \"", "without a reason"),
        ("[[shape]]\nservice = \"test\"\nshape = \"text\"\nmost = 2\nreason = \"r\"", "unknown field"),
        ("[[shape]]\nservice = \"tset\"\nshape = \"text\"\nmin = 2\nreason = \"r\"", "no such service"),
    ] {
        let error = apply(overlay).err().unwrap_or_default();
        assert!(error.contains(problem), "{overlay}: {error}");
    }
}
