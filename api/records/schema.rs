//! The tables as the migrations make them; rewritten by `scripts/schema`, never by hand.
#![allow(missing_docs, reason = "generated: the migrations document the tables")]

diesel::table! {
    accounts (id) {
        id -> Uuid,
        login -> Text,
        display_name -> Text,
        locale -> Text,
        state -> Text,
        password_hash -> Nullable<Text>,
        password_changed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    action_findings (action_id, finding_id) {
        action_id -> Uuid,
        finding_id -> Uuid,
        verified_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    action_owners (action_id, unit_id) {
        action_id -> Uuid,
        unit_id -> Uuid,
        unit_path -> Text,
        unit_ancestors -> Array<Uuid>,
        holder_id -> Nullable<Uuid>,
        created_at -> Nullable<Timestamptz>,
        state -> Nullable<Text>,
    }
}

diesel::table! {
    action_units (action_id, unit_id) {
        action_id -> Uuid,
        unit_id -> Uuid,
        created_at -> Timestamptz,
        state -> Text,
    }
}

diesel::table! {
    action_verifications (action_id, finding_id, report, account_id) {
        action_id -> Uuid,
        finding_id -> Uuid,
        report -> Int4,
        account_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    actions (id) {
        id -> Uuid,
        owner_id -> Uuid,
        campaign_id -> Uuid,
        visit_id -> Uuid,
        team_id -> Uuid,
        kind -> Text,
        title -> Text,
        state -> Text,
        due_on -> Nullable<Date>,
        issued_at -> Nullable<Timestamptz>,
        programme_id -> Nullable<Uuid>,
        series_id -> Nullable<Uuid>,
        instance -> Int4,
        story -> Jsonb,
        created_by -> Uuid,
        created_at -> Timestamptz,
        version -> Int4,
        carried_from -> Array<Uuid>,
    }
}

diesel::table! {
    assessments (id) {
        id -> Int8,
        visit_id -> Uuid,
        item_code -> Text,
        assessor -> Text,
        assessor_name -> Text,
        judgement -> Text,
        note -> Text,
        entered_by -> Uuid,
        entered_at -> Timestamptz,
    }
}

diesel::table! {
    assignment_rules (owner_id) {
        owner_id -> Uuid,
        own_unit -> Text,
        rotation -> Text,
        rotation_days -> Int4,
        version -> Int4,
        changed_at -> Timestamptz,
        conflict -> Text,
    }
}

diesel::table! {
    authorization_codes (code_hash) {
        code_hash -> Bytea,
        client_id -> Text,
        account_id -> Uuid,
        redirect_uri -> Text,
        code_challenge -> Text,
        scopes -> Array<Text>,
        device_name -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        session_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    calendar_days (unit_id, day) {
        unit_id -> Uuid,
        day -> Date,
        works -> Bool,
        name -> Text,
    }
}

diesel::table! {
    calendars (unit_id) {
        unit_id -> Uuid,
        hours -> Jsonb,
        version -> Int4,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    campaign_documents (id) {
        id -> Uuid,
        campaign_id -> Uuid,
        kind -> Text,
        number_text -> Text,
        number -> Int4,
        symbol -> Text,
        issuer -> Text,
        issued_on -> Date,
        year -> Int4,
        title -> Text,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        owner_id -> Uuid,
    }
}

diesel::table! {
    campaign_mergers (source_id) {
        source_id -> Uuid,
        target_id -> Uuid,
        visits_before -> Int4,
        visits_after -> Int4,
        merged_by -> Nullable<Uuid>,
        merged_at -> Timestamptz,
    }
}

diesel::table! {
    campaigns (id) {
        id -> Uuid,
        owner_id -> Uuid,
        title -> Text,
        kind -> Text,
        topics -> Array<Text>,
        period_from -> Nullable<Date>,
        period_to -> Nullable<Date>,
        state -> Text,
        version -> Int4,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        goals -> Array<Text>,
        year_from -> Nullable<Int2>,
        year_to -> Nullable<Int2>,
        review_from -> Nullable<Date>,
        review_to -> Nullable<Date>,
        merged_into_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    capture_envelopes (photo_id) {
        photo_id -> Uuid,
        signature -> Text,
        signed -> Text,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        name -> Text,
        kind -> Text,
        secret_hash -> Nullable<Bytea>,
        redirect_uris -> Array<Text>,
        scopes -> Array<Text>,
        owner_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    conflicts_of_interest (id) {
        id -> Uuid,
        owner_id -> Uuid,
        account_id -> Uuid,
        unit_id -> Uuid,
        reason -> Text,
        entered_by -> Nullable<Uuid>,
        entered_at -> Timestamptz,
        withdrawn_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    custody (seq) {
        seq -> Int8,
        at -> Timestamptz,
        actor_id -> Nullable<Uuid>,
        client_id -> Nullable<Text>,
        session_id -> Nullable<Uuid>,
        owner_id -> Nullable<Uuid>,
        visit_id -> Nullable<Uuid>,
        visit_number -> Nullable<Int8>,
        deed -> Text,
        object_kind -> Text,
        object_id -> Text,
        details -> Jsonb,
    }
}

diesel::table! {
    devices (id) {
        id -> Uuid,
        owner_id -> Uuid,
        account_id -> Uuid,
        name -> Text,
        model -> Text,
        public_key -> Jsonb,
        key_id -> Text,
        enrolled_at -> Timestamptz,
        enrolled_by -> Uuid,
        revoked_at -> Nullable<Timestamptz>,
        revoked_by -> Nullable<Uuid>,
        revoked_because -> Nullable<Text>,
    }
}

diesel::table! {
    draws (id) {
        id -> Uuid,
        campaign_id -> Uuid,
        title -> Text,
        strata -> Jsonb,
        seed -> Bytea,
        commitment -> Text,
        drawn -> Jsonb,
        made_by -> Nullable<Uuid>,
        made_at -> Timestamptz,
        told_at -> Nullable<Timestamptz>,
        frame_sha256 -> Text,
        revealed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    enrolments (id) {
        id -> Uuid,
        code_hash -> Bytea,
        owner_id -> Uuid,
        account_id -> Uuid,
        issued_by -> Uuid,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        replaced_at -> Nullable<Timestamptz>,
        used_at -> Nullable<Timestamptz>,
        session_id -> Nullable<Uuid>,
        device_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    explanation_drafts (finding_id) {
        finding_id -> Uuid,
        text -> Text,
        papers -> Array<Text>,
        written_by -> Uuid,
        written_at -> Timestamptz,
        version -> Int4,
    }
}

diesel::table! {
    external_figures (id) {
        id -> Uuid,
        owner_id -> Uuid,
        series -> Text,
        title -> Text,
        source -> Text,
        unit_id -> Nullable<Uuid>,
        unit_ancestors -> Array<Uuid>,
        unit_class -> Nullable<Text>,
        period_from -> Date,
        period_to -> Date,
        figure -> Jsonb,
        imported_by -> Nullable<Uuid>,
        imported_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    finding_links (finding_id, other_id) {
        finding_id -> Uuid,
        other_id -> Uuid,
    }
}

diesel::table! {
    finding_outcomes (finding_id, visit_id, seen_at) {
        finding_id -> Uuid,
        visit_id -> Uuid,
        seen_at -> Timestamptz,
        outcome -> Text,
    }
}

diesel::table! {
    finding_states (finding_id, since) {
        finding_id -> Uuid,
        since -> Timestamptz,
        state -> Text,
    }
}

diesel::table! {
    finding_units (finding_id, unit_id) {
        finding_id -> Uuid,
        unit_id -> Uuid,
        owner_id -> Uuid,
        reported_at -> Timestamptz,
        state -> Text,
    }
}

diesel::table! {
    findings (id) {
        id -> Uuid,
        owner_id -> Uuid,
        campaign_id -> Uuid,
        visit_id -> Uuid,
        team_id -> Uuid,
        unit_id -> Uuid,
        unit_ancestors -> Array<Uuid>,
        unit_path -> Text,
        kind -> Text,
        item_code -> Nullable<Text>,
        template_version_id -> Nullable<Uuid>,
        category -> Nullable<Text>,
        statement -> Text,
        severity -> Nullable<Text>,
        critical -> Bool,
        root_cause -> Nullable<Text>,
        inspected_at -> Nullable<Timestamptz>,
        precision -> Text,
        reported_at -> Timestamptz,
        state -> Text,
        repeat_of -> Nullable<Uuid>,
        repeat_count -> Int4,
        story -> Jsonb,
        proposed_by -> Uuid,
        version -> Int4,
        holder_id -> Nullable<Uuid>,
        born -> Bool,
    }
}

diesel::table! {
    followed_visits (follower_id, visit_id) {
        follower_id -> Uuid,
        visit_id -> Uuid,
        seq -> Int8,
        gone -> Bool,
        number -> Int8,
        toward -> Nullable<Int8>,
        inside_kind -> Nullable<Int2>,
        inside_id -> Nullable<Uuid>,
        rights -> Int2,
        footing -> Int8,
        mark -> Nullable<Int8>,
        held_seq -> Nullable<Int8>,
        held_number -> Nullable<Int8>,
        held_toward -> Nullable<Int8>,
        held_inside_kind -> Nullable<Int2>,
        held_inside_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    followers (id) {
        id -> Uuid,
        account_id -> Uuid,
        seq -> Int8,
        used_at -> Timestamptz,
    }
}

diesel::table! {
    grants (id) {
        id -> Uuid,
        account_id -> Uuid,
        role -> Text,
        owner_id -> Nullable<Uuid>,
        unit_id -> Nullable<Uuid>,
        campaign_id -> Nullable<Uuid>,
        granted_by -> Nullable<Uuid>,
        granted_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    holiday_years (year) {
        year -> Int2,
        version -> Int4,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    holidays (day) {
        day -> Date,
        works -> Bool,
        name -> Text,
    }
}

diesel::table! {
    invitations (token_hash) {
        token_hash -> Bytea,
        account_id -> Uuid,
        purpose -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    minutes_addenda (visit_id, number) {
        visit_id -> Uuid,
        number -> Int4,
        item_code -> Nullable<Text>,
        was -> Text,
        becomes -> Text,
        reason -> Text,
        written_by -> Uuid,
        written_at -> Timestamptz,
        sha256 -> Text,
        template_version_id -> Nullable<Uuid>,
        answer -> Nullable<Jsonb>,
        outcome -> Nullable<Text>,
        format -> Int4,
        withdraws -> Nullable<Int4>,
    }
}

diesel::table! {
    notice_recipients (notice_id, place) {
        notice_id -> Uuid,
        place -> Int4,
        unit_id -> Nullable<Uuid>,
        unit_ancestors -> Array<Uuid>,
        name -> Text,
        acknowledged_by -> Nullable<Uuid>,
        acknowledged_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    notice_units (notice_id, unit_id) {
        notice_id -> Uuid,
        unit_id -> Uuid,
        drafted_at -> Timestamptz,
    }
}

diesel::table! {
    notices (id) {
        id -> Uuid,
        owner_id -> Uuid,
        campaign_id -> Uuid,
        corrects_id -> Nullable<Uuid>,
        corrects_called -> Nullable<Text>,
        state -> Text,
        cover -> Jsonb,
        visit_ids -> Array<Uuid>,
        content -> Jsonb,
        figures -> Jsonb,
        writers -> Array<Uuid>,
        drafted_at -> Timestamptz,
        written_at -> Timestamptz,
        reviewed_by -> Nullable<Uuid>,
        reviewed_at -> Nullable<Timestamptz>,
        number -> Nullable<Int4>,
        symbol -> Nullable<Text>,
        issuer -> Nullable<Text>,
        year -> Nullable<Int4>,
        signed_on -> Nullable<Date>,
        place -> Nullable<Text>,
        signer -> Nullable<Jsonb>,
        signed_by -> Nullable<Uuid>,
        signed_at -> Nullable<Timestamptz>,
        document -> Nullable<Text>,
        document_sha256 -> Nullable<Text>,
        issued_by -> Nullable<Uuid>,
        issued_at -> Nullable<Timestamptz>,
        version -> Int4,
        discarded_by -> Nullable<Uuid>,
        discarded_at -> Nullable<Timestamptz>,
        voided_by -> Nullable<Uuid>,
        voided_at -> Nullable<Timestamptz>,
        voided_because -> Nullable<Text>,
    }
}

diesel::table! {
    owners (id) {
        id -> Uuid,
        code -> Text,
        name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    past_seats (team_id, account_id, added_at, removed_at) {
        team_id -> Uuid,
        account_id -> Uuid,
        added_at -> Timestamptz,
        removed_at -> Timestamptz,
    }
}

diesel::table! {
    photo_ancestors (ancestor_id, owner_id, captured_at, photo_id) {
        ancestor_id -> Uuid,
        captured_at -> Timestamptz,
        photo_id -> Uuid,
        owner_id -> Uuid,
        item_code -> Nullable<Text>,
        subject -> Text,
        place_verdict -> Text,
        state -> Text,
    }
}

diesel::table! {
    photo_receipts (photo_id) {
        photo_id -> Uuid,
        verified_at -> Timestamptz,
        log_number -> Int8,
        receipt -> Text,
    }
}

diesel::table! {
    photo_write_offs (photo_id) {
        photo_id -> Uuid,
        written_off_at -> Timestamptz,
        written_off_by -> Uuid,
        reason -> Text,
    }
}

diesel::table! {
    photos (id) {
        id -> Uuid,
        owner_id -> Uuid,
        campaign_id -> Uuid,
        visit_id -> Uuid,
        unit_id -> Uuid,
        state -> Text,
        item_code -> Nullable<Text>,
        subject -> Text,
        caption -> Text,
        sha256 -> Bytea,
        size_bytes -> Int8,
        media_type -> Text,
        captured_at -> Timestamptz,
        captured_offset_s -> Int4,
        device_clock -> Timestamptz,
        origin -> Text,
        latitude -> Nullable<Float8>,
        longitude -> Nullable<Float8>,
        accuracy_m -> Nullable<Float8>,
        altitude_m -> Nullable<Float8>,
        position_source -> Text,
        declared_by -> Uuid,
        declared_session -> Uuid,
        declared_at -> Timestamptz,
        place_verdict -> Text,
        place_distance_m -> Nullable<Float8>,
        place_reasons -> Array<Text>,
        clock_skew_s -> Float8,
        stored_at -> Nullable<Timestamptz>,
        log_number -> Nullable<Int8>,
        sniffed_type -> Nullable<Text>,
        width -> Nullable<Int4>,
        height -> Nullable<Int4>,
        placeholder -> Nullable<Bytea>,
        exif -> Nullable<Jsonb>,
        checks -> Nullable<Jsonb>,
        derivatives -> Nullable<Jsonb>,
        quarantine_reason -> Nullable<Text>,
        examined_at -> Nullable<Timestamptz>,
        withdrawn_at -> Nullable<Timestamptz>,
        withdrawn_by -> Nullable<Uuid>,
        withdrawn_because -> Nullable<Text>,
        state_before_withdrawal -> Nullable<Text>,
        version -> Int4,
        late -> Bool,
        acknowledgement -> Nullable<Text>,
        device_clock_offset_s -> Nullable<Int4>,
        action_id -> Nullable<Uuid>,
        personal_data -> Bool,
        masked -> Nullable<Jsonb>,
        preview -> Nullable<Jsonb>,
        envelope -> Nullable<Jsonb>,
        finding_id -> Nullable<Uuid>,
        reply_to -> Nullable<Uuid>,
        clock -> Nullable<Jsonb>,
        restored_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    premises (id) {
        id -> Uuid,
        unit_id -> Uuid,
        name -> Text,
        address -> Text,
        area -> Jsonb,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    procedure_fields (owner_id, code) {
        owner_id -> Uuid,
        code -> Text,
        name -> Text,
    }
}

diesel::table! {
    procedures (owner_id, level, code, valid_from) {
        owner_id -> Uuid,
        level -> Text,
        code -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        field -> Text,
        name -> Text,
        replaced_by -> Nullable<Text>,
        instrument -> Nullable<Text>,
    }
}

diesel::table! {
    publications (id) {
        id -> Uuid,
        owner_id -> Uuid,
        campaign_id -> Uuid,
        title -> Text,
        as_of -> Date,
        totals -> Jsonb,
        published_by -> Uuid,
        published_at -> Timestamptz,
        withdrawn_by -> Nullable<Uuid>,
        withdrawn_at -> Nullable<Timestamptz>,
        withdrawn_because -> Nullable<Text>,
    }
}

diesel::table! {
    recommendation_addressees (recommendation_id, unit_id) {
        recommendation_id -> Uuid,
        unit_id -> Uuid,
        unit_path -> Text,
    }
}

diesel::table! {
    recommendations (id) {
        id -> Uuid,
        owner_id -> Uuid,
        campaign_id -> Uuid,
        visit_id -> Uuid,
        text -> Text,
        entered_by -> Uuid,
        entered_at -> Timestamptz,
    }
}

diesel::table! {
    refresh_tokens (token_hash) {
        token_hash -> Bytea,
        session_id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        successor_sealed -> Nullable<Bytea>,
    }
}

diesel::table! {
    replays (principal, key) {
        principal -> Text,
        key -> Text,
        fingerprint -> Bytea,
        status -> Nullable<Int4>,
        headers -> Nullable<Jsonb>,
        body -> Nullable<Bytea>,
        committed -> Bool,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        campaign_id -> Nullable<Uuid>,
        footing -> Nullable<Array<Text>>,
        visit_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    response_candidates (id) {
        id -> Uuid,
        visit_id -> Uuid,
        template_version_id -> Uuid,
        item_code -> Text,
        response_id -> Uuid,
        answer -> Jsonb,
        outcome -> Text,
        note -> Text,
        answered_by -> Uuid,
        answered_at -> Timestamptz,
        answered_offset_s -> Int4,
        received_at -> Timestamptz,
        taken -> Nullable<Bool>,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    responses (id) {
        id -> Uuid,
        visit_id -> Uuid,
        template_version_id -> Uuid,
        item_code -> Text,
        answer -> Jsonb,
        outcome -> Text,
        note -> Text,
        version -> Int4,
        answered_by -> Uuid,
        answered_at -> Timestamptz,
        answered_offset_s -> Int4,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    review_tasks (trigger_id, document) {
        trigger_id -> Uuid,
        document -> Text,
        due_on -> Date,
        done_at -> Nullable<Timestamptz>,
        done_by -> Nullable<Uuid>,
        paper -> Nullable<Text>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    review_triggers (id) {
        id -> Uuid,
        owner_id -> Uuid,
        unit_id -> Uuid,
        kind -> Text,
        occurred_on -> Date,
        about -> Text,
        raised_by -> Uuid,
        raised_at -> Timestamptz,
    }
}

diesel::table! {
    round_targets (round_id, unit_id) {
        round_id -> Uuid,
        unit_id -> Uuid,
        campaign_id -> Uuid,
        purpose -> Text,
        position -> Int4,
    }
}

diesel::table! {
    round_teams (round_id, team_id) {
        round_id -> Uuid,
        team_id -> Uuid,
    }
}

diesel::table! {
    rounds (id) {
        id -> Uuid,
        campaign_id -> Uuid,
        number -> Int4,
        name -> Text,
        purpose -> Text,
        starts_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        version -> Int4,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        kind -> Text,
        account_id -> Nullable<Uuid>,
        client_id -> Nullable<Text>,
        device_name -> Nullable<Text>,
        scopes -> Array<Text>,
        secret_hash -> Nullable<Bytea>,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        revoked_because -> Nullable<Text>,
        device_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    sign_in_failures (subject) {
        subject -> Text,
        failures -> Int4,
        last_at -> Timestamptz,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        purpose -> Text,
        state -> Text,
        private_sealed -> Bytea,
        public_key -> Bytea,
        created_at -> Timestamptz,
        activated_at -> Nullable<Timestamptz>,
        retired_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tasks (id) {
        id -> Int8,
        kind -> Text,
        payload -> Jsonb,
        dedupe_key -> Nullable<Text>,
        state -> Text,
        attempts -> Int4,
        run_at -> Timestamptz,
        lease -> Nullable<Uuid>,
        leased_until -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    team_members (team_id, account_id) {
        team_id -> Uuid,
        account_id -> Uuid,
        role -> Text,
        position -> Text,
        added_at -> Timestamptz,
        removed_at -> Nullable<Timestamptz>,
        office -> Text,
        office_unit_id -> Nullable<Uuid>,
        positions -> Array<Text>,
        team_group -> Text,
        has_led -> Bool,
    }
}

diesel::table! {
    teams (id) {
        id -> Uuid,
        campaign_id -> Uuid,
        name -> Text,
        version -> Int4,
        created_at -> Timestamptz,
        number -> Nullable<Int4>,
        disbanded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    template_pictures (template_id, sha256) {
        template_id -> Uuid,
        sha256 -> Bytea,
        media_type -> Text,
        size_bytes -> Int4,
        width -> Int4,
        height -> Int4,
        received_by -> Nullable<Uuid>,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    template_versions (id) {
        id -> Uuid,
        template_id -> Uuid,
        number -> Int4,
        state -> Text,
        body -> Jsonb,
        body_sha256 -> Nullable<Bytea>,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        published_at -> Nullable<Timestamptz>,
        published_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    templates (id) {
        id -> Uuid,
        owner_id -> Nullable<Uuid>,
        code -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    unit_event_units (unit_id, event_id) {
        unit_id -> Uuid,
        event_id -> Uuid,
        effective_on -> Date,
    }
}

diesel::table! {
    unit_events (id) {
        id -> Uuid,
        kind -> Text,
        instrument -> Nullable<Text>,
        legal_date -> Nullable<Date>,
        operating_date -> Date,
        effective_on -> Date,
        certainty -> Text,
        note -> Text,
        effects -> Jsonb,
        successions -> Jsonb,
        register -> Nullable<Text>,
        recorded_by -> Nullable<Uuid>,
        recorded_at -> Timestamptz,
        undone_by -> Nullable<Uuid>,
        undone_at -> Nullable<Timestamptz>,
        undone_because -> Nullable<Text>,
    }
}

diesel::table! {
    unit_successions (from_id, to_id, event_id) {
        from_id -> Uuid,
        to_id -> Uuid,
        event_id -> Uuid,
        portion -> Text,
        effective_on -> Date,
    }
}

diesel::table! {
    unit_versions (id) {
        id -> Uuid,
        unit_id -> Uuid,
        name -> Text,
        name_key -> Text,
        unit_type -> Text,
        parent_id -> Nullable<Uuid>,
        official_code -> Nullable<Text>,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        instrument -> Nullable<Text>,
        certainty -> Text,
        created_at -> Timestamptz,
        previous_end -> Nullable<Date>,
    }
}

diesel::table! {
    units (id) {
        id -> Uuid,
        kind -> Text,
        created_at -> Timestamptz,
        removed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    unsent_reports (device_id) {
        device_id -> Uuid,
        reported_at -> Timestamptz,
        device_clock -> Timestamptz,
        device_clock_offset_s -> Int4,
    }
}

diesel::table! {
    unsent_work (device_id, visit_id) {
        device_id -> Uuid,
        visit_id -> Uuid,
        photos -> Int8,
        changes -> Int8,
        bytes -> Int8,
        oldest_captured_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    upload_pieces (upload_id, from_byte) {
        upload_id -> Uuid,
        from_byte -> Int8,
        length_bytes -> Int8,
        epoch -> Int8,
    }
}

diesel::table! {
    uploads (id) {
        id -> Uuid,
        photo_id -> Uuid,
        account_id -> Uuid,
        length_bytes -> Int8,
        received_bytes -> Int8,
        epoch -> Int8,
        metadata -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        untidy_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    visit_attendees (id) {
        id -> Uuid,
        visit_id -> Uuid,
        name -> Text,
        office -> Text,
        positions -> Array<Text>,
        recorded_by -> Uuid,
        recorded_at -> Timestamptz,
        removed_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    visit_clearances (visit_id, account_id) {
        visit_id -> Uuid,
        account_id -> Uuid,
        cleared_by -> Uuid,
        cleared_at -> Timestamptz,
    }
}

diesel::table! {
    visit_guidance (id) {
        id -> Uuid,
        visit_id -> Uuid,
        item_code -> Nullable<Text>,
        guided -> Text,
        content -> Text,
        given_at -> Timestamptz,
        given_offset_s -> Int4,
        recorded_by -> Uuid,
        recorded_at -> Timestamptz,
        removed_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    visit_templates (visit_id, template_version_id) {
        visit_id -> Uuid,
        template_version_id -> Uuid,
        position -> Int4,
    }
}

diesel::table! {
    visit_units (visit_id, unit_id) {
        unit_id -> Uuid,
        planned_start -> Timestamptz,
        visit_id -> Uuid,
        owner_id -> Uuid,
    }
}

diesel::table! {
    visits (id) {
        id -> Uuid,
        owner_id -> Uuid,
        campaign_id -> Uuid,
        team_id -> Uuid,
        unit_id -> Uuid,
        unit_version_id -> Nullable<Uuid>,
        unit_path -> Text,
        unit_ancestors -> Array<Uuid>,
        premises_id -> Nullable<Uuid>,
        kind -> Text,
        state -> Text,
        planned_start -> Timestamptz,
        planned_end -> Timestamptz,
        disclosed_at -> Nullable<Timestamptz>,
        dispatched_at -> Nullable<Timestamptz>,
        checked_in_at -> Nullable<Timestamptz>,
        check_in -> Nullable<Jsonb>,
        submitted_at -> Nullable<Timestamptz>,
        finalised_at -> Nullable<Timestamptz>,
        ended_because -> Nullable<Text>,
        previous_visit_id -> Nullable<Uuid>,
        minutes -> Nullable<Jsonb>,
        version -> Int4,
        last_log_number -> Int8,
        created_by -> Uuid,
        created_at -> Timestamptz,
        last_log_at -> Nullable<Timestamptz>,
        round_id -> Nullable<Uuid>,
        review_from -> Nullable<Date>,
        review_to -> Nullable<Date>,
        joined_into_id -> Nullable<Uuid>,
        plan_warnings -> Array<Text>,
        unanswered_because -> Nullable<Text>,
        secret -> Bool,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    action_findings,
    action_owners,
    action_units,
    action_verifications,
    actions,
    assessments,
    assignment_rules,
    authorization_codes,
    calendar_days,
    calendars,
    campaign_documents,
    campaign_mergers,
    campaigns,
    capture_envelopes,
    clients,
    conflicts_of_interest,
    custody,
    devices,
    draws,
    enrolments,
    explanation_drafts,
    external_figures,
    finding_links,
    finding_outcomes,
    finding_states,
    finding_units,
    findings,
    followed_visits,
    followers,
    grants,
    holiday_years,
    holidays,
    invitations,
    minutes_addenda,
    notice_recipients,
    notice_units,
    notices,
    owners,
    past_seats,
    photo_ancestors,
    photo_receipts,
    photo_write_offs,
    photos,
    premises,
    procedure_fields,
    procedures,
    publications,
    recommendation_addressees,
    recommendations,
    refresh_tokens,
    replays,
    response_candidates,
    responses,
    review_tasks,
    review_triggers,
    round_targets,
    round_teams,
    rounds,
    sessions,
    sign_in_failures,
    signing_keys,
    tasks,
    team_members,
    teams,
    template_pictures,
    template_versions,
    templates,
    unit_event_units,
    unit_events,
    unit_successions,
    unit_versions,
    units,
    unsent_reports,
    unsent_work,
    upload_pieces,
    uploads,
    visit_attendees,
    visit_clearances,
    visit_guidance,
    visit_templates,
    visit_units,
    visits,
);
