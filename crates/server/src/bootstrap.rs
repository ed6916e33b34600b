//! From an empty folder to a server that knows its accounts: the data folder, the master key, the store, the
//! first account and its root key. Nothing here is a bypass: the root key is an access key like any other.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use keygate_ident::{AccountId, Entropy, IdKind, Partition, Timestamp, UniqueId};
use keygate_seal::{KeyRing, Purpose, Sealed, Secret};
use keygate_state::{AccessKey, Directory, KeyStatus};
use keygate_store::{SqliteOptions, SqliteStore, Store};

use crate::clock::{self, SystemEntropy};
use crate::node::{NEWEST_RECORD_FORMAT, Node};
use crate::settings::{DataDir, MasterKeySource, RootKey};

/// The fact under which the store keeps the id of the first account.
const FIRST_ACCOUNT: &str = "node/first-account";
/// The fact that ties the store to its partition.
const PARTITION: &str = "node/partition";
/// The fact that ties the store to its master key: something sealed that must open.
const KEY_CHECK: &str = "node/key-check";
const KEY_CHECK_CONTEXT: &[u8] = b"keygate/key-check";

/// Why the server did not start; for the person who started it.
#[derive(Debug)]
pub struct StartError(pub(crate) String);

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// An account and its first root key, to be shown once.
pub(crate) struct NewRoot {
    /// The account.
    pub(crate) account: AccountId,
    /// `AKIA…`
    pub(crate) key: UniqueId,
    /// The secret access key.
    pub(crate) secret: Secret,
}

/// The data folder, mode 0700.
pub(crate) fn make_folder(data: &DataDir) -> Result<(), StartError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(data.path());
    made.map_err(|error| StartError(format!("the data folder {data} can not be made: {error}")))
}

/// The master key: from the settings, or from the data folder, where the first start puts one.
pub(crate) fn key_ring(data: &DataDir, source: &MasterKeySource) -> Result<KeyRing, StartError> {
    match source {
        MasterKeySource::Text(text) => KeyRing::from_env_value(text.expose())
            .map_err(|error| StartError(format!("the master key in the settings: {error}"))),
        MasterKeySource::File(path) => read_ring(path),
        MasterKeySource::DataDir => {
            let path = data.master_key();
            if path.exists() {
                return read_ring(&path);
            }
            if data.database().exists() {
                // A new key could open nothing of what is there, and would hide that the old one is lost.
                return Err(StartError(format!(
                    "{} holds a store, but its master key {} is missing; restore the file, or name it with \
                     KEYGATE_MASTER_KEY_FILE",
                    data,
                    path.display()
                )));
            }
            let ring = KeyRing::generate(&mut SystemEntropy);
            write_private(&path, ring.to_text().as_bytes())
                .map_err(|error| StartError(format!("the master key {}: {error}", path.display())))?;
            Ok(ring)
        }
    }
}

fn read_ring(path: &Path) -> Result<KeyRing, StartError> {
    let problem = |what: String| StartError(format!("the master key {}: {what}", path.display()));
    let metadata = fs::metadata(path).map_err(|error| problem(error.to_string()))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(problem("others than its owner may read it; chmod 600 it".to_owned()));
    }
    let text = fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    KeyRing::parse(&text).map_err(|error| problem(error.to_string()))
}

pub(crate) fn open_store(data: &DataDir) -> Result<Arc<dyn Store>, StartError> {
    let store = SqliteStore::open(&data.database(), &SqliteOptions::new(NEWEST_RECORD_FORMAT));
    Ok(Arc::new(store.map_err(|error| StartError(error.to_string()))?))
}

/// The partition that a region belongs to.
pub(crate) fn partition_of(region: &str) -> Partition {
    match region {
        region if region.starts_with("cn-") => Partition::AwsCn,
        region if region.starts_with("us-gov-") => Partition::AwsUsGov,
        region if region.starts_with("eusc-") => Partition::AwsEusc,
        _ => Partition::Aws,
    }
}

/// That this store belongs to this master key and this partition; the first start ties them together.
pub(crate) fn check_store(store: &dyn Store, keys: &KeyRing, partition: Partition) -> Result<(), StartError> {
    let failed = |error: &dyn std::fmt::Display| StartError(format!("the store: {error}"));
    let fact = |name| {
        let found = store.facts(name).map_err(|error| failed(&error))?;
        Ok::<_, StartError>(found.into_iter().find(|(found, _)| found == name).map(|(_, body)| body))
    };
    match fact(PARTITION)? {
        None => {}
        Some(body) if body == partition.name().as_bytes() => {}
        Some(body) => {
            return Err(StartError(format!(
                "the store's accounts are in the partition {}, but the region is one of {partition}; choose a region \
                 of the former",
                String::from_utf8_lossy(&body)
            )));
        }
    }
    let check = fact(KEY_CHECK)?;
    if let Some(body) = &check {
        let sealed: Option<Sealed> = serde_json::from_slice(body).ok();
        let opens = sealed
            .is_some_and(|sealed| keys.open(Purpose::ProviderSecret, KEY_CHECK_CONTEXT, &sealed).is_ok());
        if !opens {
            return Err(StartError(
                "the master key is not the one that this store was sealed with: no secret in it could be read"
                    .to_owned(),
            ));
        }
        return Ok(());
    }
    let sealed = keys.seal(Purpose::ProviderSecret, KEY_CHECK_CONTEXT, b"keygate", &mut SystemEntropy);
    let sealed = sealed.map_err(|_| failed(&"the key check can not be sealed"))?;
    let body = serde_json::to_vec(&sealed).map_err(|error| failed(&error))?;
    let facts =
        vec![(KEY_CHECK.to_owned(), body), (PARTITION.to_owned(), partition.name().as_bytes().to_vec())];
    store.put_facts(facts).wait().map_err(|error| failed(&error))
}

/// That the root key in the settings is the one of the first account: a setting is never silently ignored.
fn check_root_key(node: &Node, keys: &KeyRing, first: AccountId, root: &RootKey) -> Result<(), StartError> {
    let account = node.account(first).map_err(|error| StartError(error.to_string()))?;
    let held = account
        .as_ref()
        .and_then(|account| account.settings().root_keys.iter().find(|key| key.id == root.id).cloned());
    let Some(held) = held else {
        return Err(StartError(format!(
            "account {first} exists, and {} is none of its root keys; KEYGATE_ROOT_ACCESS_KEY_ID is for the first \
             start, unset it",
            root.id
        )));
    };
    let context = held.id.as_str().as_bytes();
    let secret = keys.open(Purpose::SecretAccessKey, context, &held.secret);
    let same =
        secret.ok().and_then(|secret| Secret::from_utf8(secret).ok()).is_some_and(|held| held == root.secret);
    if same {
        return Ok(());
    }
    Err(StartError(format!(
        "account {first} exists, and the secret of its root key {} is another than KEYGATE_ROOT_SECRET_ACCESS_KEY",
        root.id
    )))
}

/// The first account, made if there is none.
pub(crate) fn first_account(
    node: &Node,
    keys: &KeyRing,
    data: &DataDir,
    id: Option<AccountId>,
    root_key: Option<&RootKey>,
) -> Result<AccountId, StartError> {
    let store = |error: &dyn std::fmt::Display| StartError(format!("the store: {error}"));
    let known = node.store().facts(FIRST_ACCOUNT).map_err(|error| store(&error))?;
    let known = known.first().and_then(|(_, body)| std::str::from_utf8(body).ok()?.parse().ok());
    let existing = match known {
        Some(first) => Some(first),
        None => node.account_ids().first().copied(),
    };
    if let Some(first) = existing {
        if let Some(id) = id.filter(|id| *id != first) {
            return Err(StartError(format!(
                "the first account in {data} is {first}, not {id}; account-id is for the first start"
            )));
        }
        if let Some(root) = root_key {
            check_root_key(node, keys, first, root)?;
        }
        return Ok(first);
    }
    let id = match id {
        Some(id) => id,
        None => random_account(&mut SystemEntropy),
    };
    let root = new_root(id, root_key);
    // The file first: an account whose root key nobody knows would be of no use to anyone.
    let text = credentials_file(&root);
    let path = data.root_credentials();
    write_private(&path, text.as_bytes())
        .map_err(|error| StartError(format!("{}: {error}", path.display())))?;
    create(node, keys, &root, "default")?.ok_or_else(|| store(&"the first account exists already"))?;
    let fact = vec![(FIRST_ACCOUNT.to_owned(), id.to_string().into_bytes())];
    node.store().put_facts(fact).wait().map_err(|error| store(&error))?;
    Ok(id)
}

/// Creates another account with a random root key. `None` if the id is taken.
pub(crate) fn another_account(
    node: &Node,
    keys: &KeyRing,
    name: &str,
    id: Option<AccountId>,
) -> Result<Option<NewRoot>, StartError> {
    // A random id is taken with a chance of n in 10¹²; trying again is enough.
    for _ in 0..8 {
        let root = new_root(id.unwrap_or_else(|| random_account(&mut SystemEntropy)), None);
        if create(node, keys, &root, name)?.is_some() {
            return Ok(Some(root));
        }
        if id.is_some() {
            break;
        }
    }
    Ok(None)
}

fn create(node: &Node, keys: &KeyRing, root: &NewRoot, name: &str) -> Result<Option<()>, StartError> {
    let now = clock::now().to_whole_seconds();
    let key = sealed_key(keys, root, now)?;
    let audit = crate::audit::account_created(root.account, name, now).encode();
    let created = node.create(root.account, audit, |draft| {
        draft.change_settings(|settings| {
            name.clone_into(&mut settings.name);
            settings.created = now;
            settings.root_keys = vec![key];
        });
    });
    let created = created.map_err(|error| StartError(error.to_string()))?;
    Ok(created.map(|_| ()))
}

fn new_root(account: AccountId, chosen: Option<&RootKey>) -> NewRoot {
    match chosen {
        Some(root) => NewRoot { account, key: root.id.clone(), secret: root.secret.clone() },
        None => NewRoot {
            account,
            key: UniqueId::generate(IdKind::AccessKey, account, &mut SystemEntropy),
            secret: keygate_seal::secret_access_key(&mut SystemEntropy),
        },
    }
}

fn sealed_key(keys: &KeyRing, root: &NewRoot, now: Timestamp) -> Result<AccessKey, StartError> {
    let context = root.key.as_str().as_bytes();
    let secret = root.secret.expose().as_bytes();
    let sealed = keys.seal(Purpose::SecretAccessKey, context, secret, &mut SystemEntropy);
    let secret = sealed.map_err(|_| StartError("the root key's secret is too long".to_owned()))?;
    Ok(AccessKey { id: root.key.clone(), secret, status: KeyStatus::Active, created: now })
}

fn random_account(entropy: &mut dyn Entropy) -> AccountId {
    // AWS's account numbers have twelve digits; the first is not zero here, so that nobody loses it.
    const LEAST: u64 = 100_000_000_000;
    let mut bytes = [0u8; 8];
    entropy.fill(&mut bytes);
    let number = LEAST + u64::from_be_bytes(bytes) % (9 * LEAST);
    AccountId::from_number(number).unwrap_or_else(|| random_account(entropy))
}

fn credentials_file(root: &NewRoot) -> String {
    format!(
        "# The root user of account {account}. Whoever reads this file may do everything there.\n\
         [default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n",
        account = root.account,
        key = root.key,
        secret = root.secret.expose(),
    )
}

/// Writes a file that only its owner may read, whole or not at all, and durably.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let _ = fs::remove_file(&temporary);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}
