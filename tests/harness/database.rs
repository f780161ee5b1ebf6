//! A database of its own for each test, cloned from one that the migrations made once.

use super::faults::Far;
use std::hash::{DefaultHasher, Hash, Hasher};
use tokio_postgres::config::Host;
use tokio_postgres::{Client, NoTls};

/// Server on which tests make their databases: `scripts/test` starts one and says where.
pub fn server_url() -> String {
    std::env::var("FIELDPROOF_TEST_DATABASE_URL")
        .expect("FIELDPROOF_TEST_DATABASE_URL names a PostgreSQL server whose user may create databases")
}

/// A server's URL with another database in it.
fn url_on(server: &str, database: &str) -> String {
    let (before, query) = server.split_once('?').map_or((server, ""), |(b, q)| (b, q));
    let base = before.rsplit_once('/').map_or(before, |(base, _)| base);
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    format!("{base}/{database}{query}")
}

/// Connects; the connection is driven in the background.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("PostgreSQL answers");
    tokio::spawn(connection);
    client
}

/// Names the template after the migrations in it, so that a change of them makes another.
fn template_name() -> String {
    let mut hasher = DefaultHasher::new();
    let mut folders: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))
        .expect("migrations are there")
        .map(|entry| entry.expect("a readable folder").path().join("up.sql"))
        .filter(|path| path.exists())
        .collect();
    folders.sort();
    for path in folders {
        path.file_name().hash(&mut hasher);
        std::fs::read(path).expect("a readable migration").hash(&mut hasher);
    }
    format!("fieldproof_template_{:016x}", hasher.finish())
}

/// The same on the server of all tests.
fn url_of(database: &str) -> String {
    url_on(&server_url(), database)
}

/// The URL that reaches the same database through another address.
pub fn through(url: &str, near: std::net::SocketAddr) -> String {
    let config: tokio_postgres::Config = url.parse().expect("a URL");
    let user = config.get_user().unwrap_or("postgres");
    let password = config.get_password().map(|word| format!(":{}", String::from_utf8_lossy(word)));
    let database = config.get_dbname().unwrap_or("postgres");
    format!("postgres://{user}{}@{near}/{database}", password.unwrap_or_default())
}

/// Where the server of a URL listens.
pub fn far(url: &str) -> Far {
    let config: tokio_postgres::Config = url.parse().expect("a URL");
    let port = config.get_ports().first().copied().unwrap_or(5432);
    match config.get_hosts().first().expect("a host") {
        Host::Tcp(name) => Far::Tcp(format!("{name}:{port}")),
        Host::Unix(folder) => Far::Unix(folder.join(format!(".s.PGSQL.{port}"))),
    }
}

/// Makes a database with the schema in it on a server: its name and URL.
pub async fn fresh_on(server: &str) -> (String, String) {
    let client = connect(server).await;
    let template = template_name();
    // One process makes the template, the others wait for it.
    client.execute("SELECT pg_advisory_lock(7305)", &[]).await.expect("a lock");
    let exists =
        client.query("SELECT 1 FROM pg_database WHERE datname = $1", &[&template]).await.expect("a list");
    if exists.is_empty() {
        let making = format!("{template}_making");
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {making}")).await.expect("a free name");
        client.batch_execute(&format!("CREATE DATABASE {making}")).await.expect("a database");
        fieldproof::flows::upkeep::migrate(&url_on(server, &making)).await.expect("migrations run");
        client
            .batch_execute(&format!("ALTER DATABASE {making} RENAME TO {template}"))
            .await
            .expect("a rename");
    }
    client.execute("SELECT pg_advisory_unlock(7305)", &[]).await.expect("an unlock");
    let name = format!("fieldproof_{}", uuid::Uuid::new_v4().simple());
    client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.expect("a clone");
    let url = url_on(server, &name);
    (name, url)
}

/// Makes an empty database: its name and URL.
pub async fn empty() -> (String, String) {
    let client = connect(&server_url()).await;
    let name = format!("fieldproof_{}", uuid::Uuid::new_v4().simple());
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database");
    let url = url_of(&name);
    (name, url)
}

/// Takes a database away, connections and all.
pub async fn remove(name: &str) {
    remove_on(&server_url(), name).await;
}

/// Takes a database of a server away, connections and all.
pub async fn remove_on(server: &str, name: &str) {
    let client = connect(server).await;
    client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.expect("a drop");
}
