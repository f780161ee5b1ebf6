//! Migrations go both ways, and `api/records/schema.rs` is what they make.

use super::holds;
use crate::harness::database;
use std::collections::BTreeMap;
use tokio_postgres::Client;

/// Everything the migrations may make, as sorted lines that can be compared.
async fn dump(client: &Client) -> Vec<String> {
    let query = "
        SELECT 'column ' || concat_ws(' ', table_name, column_name, udt_name, is_nullable, column_default, is_identity)
          FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'
        UNION ALL SELECT 'index ' || indexdef FROM pg_indexes
          WHERE schemaname = 'public' AND tablename <> '__diesel_schema_migrations'
        UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            AND conrelid <> '__diesel_schema_migrations'::regclass
        UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT 'function ' || p.oid::regprocedure || ' ' || md5(prosrc) FROM pg_proc p
          WHERE pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
            AND proname NOT LIKE 'diesel_%'
        UNION ALL SELECT 'type ' || typname FROM pg_type t WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
        UNION ALL SELECT 'sequence ' || sequencename FROM pg_sequences WHERE schemaname = 'public'
        ORDER BY 1";
    let rows = client.query(query, &[]).await.expect("the catalogue can be read");
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_up_and_down_and_up_again() {
    let (name, url) = database::empty().await;
    fieldproof::records::migrate(&url).await.expect("up");
    let client = database::connect(&url).await;
    let first = dump(&client).await;
    fieldproof::records::revert_all(&url).await.expect("down");
    let left = dump(&client).await;
    fieldproof::records::migrate(&url).await.expect("up again");
    let second = dump(&client).await;
    drop(client);
    database::remove(&name).await;

    assert!(first.len() > 100, "the migrations make tables");
    assert_eq!(left, Vec::<String>::new(), "down leaves something behind");
    assert_eq!(first, second);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_names_a_row_that_is_forgotten_is_found_by_an_index() {
    let (name, url) = database::fresh_on(&database::server_url()).await;
    let client = database::connect(&url).await;
    // Rows of these tables are deleted in ordinary running: for each, PostgreSQL looks for rows that name it.
    let query = "SELECT conrelid::regclass || '.' || conname FROM pg_constraint
        WHERE contype = 'f' AND confrelid IN ('sessions'::regclass, 'authorization_codes'::regclass,
            'refresh_tokens'::regclass, 'tasks'::regclass, 'replays'::regclass, 'sign_in_failures'::regclass)
          AND NOT EXISTS (SELECT 1 FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1])";
    let rows = client.query(query, &[]).await.expect("the catalogue can be read");
    let unindexed: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    drop(client);
    database::remove(&name).await;
    assert_eq!(unindexed, Vec::<String>::new());
}

/// Diesel's name of a PostgreSQL type.
fn diesel_type(udt: &str) -> String {
    match udt {
        "uuid" => "Uuid".to_owned(),
        "text" => "Text".to_owned(),
        "varchar" => "Varchar".to_owned(),
        "timestamptz" => "Timestamptz".to_owned(),
        "date" => "Date".to_owned(),
        "bytea" => "Bytea".to_owned(),
        "bool" => "Bool".to_owned(),
        "int2" => "Int2".to_owned(),
        "int4" => "Int4".to_owned(),
        "int8" => "Int8".to_owned(),
        "float4" => "Float4".to_owned(),
        "float8" => "Float8".to_owned(),
        "numeric" => "Numeric".to_owned(),
        "json" => "Json".to_owned(),
        "jsonb" => "Jsonb".to_owned(),
        "inet" => "Inet".to_owned(),
        other => match other.strip_prefix('_') {
            Some(inner) => format!("Array<{}>", diesel_type(inner)),
            None => panic!("no diesel type is known for {other}; add it here"),
        },
    }
}

/// Writes `schema.rs` as it stands for this database.
async fn render(client: &Client) -> String {
    let columns = "
        SELECT c.table_name::text, c.column_name::text, c.udt_name::text, c.is_nullable = 'YES'
          FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
           AND c.table_name <> '__diesel_schema_migrations'
         ORDER BY c.table_name COLLATE \"C\", c.ordinal_position";
    let keys = "
        SELECT r.relname::text, a.attname::text
          FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid
          CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
          JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.attnum
         WHERE i.indisprimary AND r.relnamespace = 'public'::regnamespace
         ORDER BY r.relname COLLATE \"C\", k.place";
    let mut primary: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in client.query(keys, &[]).await.expect("keys can be read") {
        primary.entry(row.get(0)).or_default().push(row.get(1));
    }
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    for row in client.query(columns, &[]).await.expect("columns can be read") {
        let (table, column, udt, nullable): (String, String, String, bool) =
            (row.get(0), row.get(1), row.get(2), row.get(3));
        let plain = diesel_type(&udt);
        let kind = if nullable { format!("Nullable<{plain}>") } else { plain };
        tables.entry(table).or_default().push_str(&format!("        {column} -> {kind},\n"));
    }
    let mut out = String::from(
        "//! The tables as the migrations make them; rewritten by `scripts/schema`, never by hand.\n\
         #![allow(missing_docs, reason = \"generated: the migrations document the tables\")]\n\n",
    );
    for (table, columns) in &tables {
        let key = primary.get(table).map(|key| key.join(", ")).expect("every table has a primary key");
        out.push_str(&format!("diesel::table! {{\n    {table} ({key}) {{\n{columns}    }}\n}}\n\n"));
    }
    let names: String = tables.keys().map(|table| format!("    {table},\n")).collect();
    out.push_str(&format!("diesel::allow_tables_to_appear_in_same_query!(\n{names});\n"));
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_in_code_is_what_the_migrations_make() {
    let (name, url) = database::empty().await;
    fieldproof::records::migrate(&url).await.expect("up");
    let client = database::connect(&url).await;
    let rendered = render(&client).await;
    drop(client);
    database::remove(&name).await;

    holds("api/records/schema.rs", &rendered);
}
