//! A database of its own for each test, cloned from one that the migrations made once.

use std::hash::{DefaultHasher, Hash, Hasher};
use tokio_postgres::{Client, NoTls};

/// Server on which tests make their databases: `scripts/test` starts one and says where.
fn server_url() -> String {
    std::env::var("FIELDPROOF_TEST_DATABASE_URL")
        .expect("FIELDPROOF_TEST_DATABASE_URL names a PostgreSQL server whose user may create databases")
}

/// The server's URL with another database in it.
fn url_of(database: &str) -> String {
    let server = server_url();
    let (before, query) = server.split_once('?').map_or((server.as_str(), ""), |(b, q)| (b, q));
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

/// Makes a database with the schema in it: its name and URL.
pub async fn fresh() -> (String, String) {
    let client = connect(&server_url()).await;
    let template = template_name();
    // One process makes the template, the others wait for it.
    client.execute("SELECT pg_advisory_lock(7305)", &[]).await.expect("a lock");
    let exists =
        client.query("SELECT 1 FROM pg_database WHERE datname = $1", &[&template]).await.expect("a list");
    if exists.is_empty() {
        let making = format!("{template}_making");
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {making}")).await.expect("a free name");
        client.batch_execute(&format!("CREATE DATABASE {making}")).await.expect("a database");
        fieldproof::flows::upkeep::migrate(&url_of(&making)).await.expect("migrations run");
        client
            .batch_execute(&format!("ALTER DATABASE {making} RENAME TO {template}"))
            .await
            .expect("a rename");
    }
    client.execute("SELECT pg_advisory_unlock(7305)", &[]).await.expect("an unlock");
    let name = format!("fieldproof_{}", uuid::Uuid::new_v4().simple());
    client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.expect("a clone");
    let url = url_of(&name);
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
    let client = connect(&server_url()).await;
    client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.expect("a drop");
}
