//! Tags and what they mark.

use cytomine_testkit::{App, both};
use serde_json::json;

use super::{ANNOTATION, IMAGE, PROJECT, World, of, redo, texts, undo};

#[tokio::test]
async fn a_tag_lives_as_the_clients_expect() {
    both(|app: App| async move {
        let (alice, bob) = (app.user("alice").await, app.user("bob").await);
        let made = alice.post("/api/tag.json", &json!({ "name": " Urgent " })).await.ok();
        assert_eq!(made["callback"]["method"], "be.cytomine.AddTagCommand");
        let tag = made["tag"].clone();
        let path = format!("/api/tag/{}.json", tag["id"]);
        assert_eq!(
            tag,
            json!({
                "class": "be.cytomine.domain.meta.Tag", "id": tag["id"], "created": tag["created"], "updated": null,
                "name": "Urgent", "user": alice.id, "creatorName": "alice"
            })
        );
        assert_eq!(bob.get(&path).await.ok(), tag);
        for (body, status) in [
            (json!({ "name": "Urgent" }), 409),
            (json!({}), 400),
            (json!({ "name": " " }), 400),
            (json!({ "name": "a\u{202E}b" }), 400),
        ] {
            assert_eq!(bob.post("/api/tag.json", &body).await.status, status, "{body}");
        }
        assert_eq!(bob.post("/api/tag.json", &json!({ "name": "n".repeat(256) })).await.status, 400);
        assert_eq!(app.guest("gus").await.post("/api/tag.json", &json!({ "name": "G" })).await.status, 403);
        let renamed = alice.put(&path, &json!({ "id": tag["id"], "name": "Later" })).await.ok();
        assert_eq!(renamed["tag"]["name"], "Later");
        undo(&alice).await;
        assert_eq!(alice.get(&path).await.ok()["name"], "Urgent");
        redo(&alice).await;
        let many = json!([{ "name": "A" }, { "name": "Later" }, { "name": "A" }, { "name": "B" }]);
        let answer = bob.post("/api/tag.json", &many).await.ok();
        assert_eq!((&answer["status"], answer["data"]["errors"].as_array().unwrap().len()), (&json!(206), 2));
        let listed = alice.get("/api/tag.json?sort=name&order=asc").await.ok();
        assert_eq!(texts(&listed, "name"), ["A", "B", "Later"]);
        assert_eq!(texts(&alice.get("/api/tag.json?page=0&size=2&sort=name,asc").await.ok(), "name"), ["A", "B"]);
        undo(&bob).await;
        assert_eq!(texts(&alice.get("/api/tag.json").await.ok(), "name"), ["Later"]);
        assert_eq!(bob.delete(&path).await.status, 403);
        alice.delete(&path).await.ok();
        assert_eq!(alice.get(&path).await.status, 404);
        assert_eq!(alice.post("/api/tag.json", &json!({ "name": "Later" })).await.status, 200);
        assert_eq!(alice.get(&format!("/api/command/{}/undo.json", made["command"])).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_used_tag_is_the_administrators() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let (alice, admin) = (&world.alice, app.admin().await);
        let tag = alice.made("tag", &json!({ "name": "Urgent" })).await;
        let path = format!("/api/tag/{tag}.json");
        let on = of(PROJECT, world.project, "tag_domain_association");
        let link = alice.post(&on, &json!({ "tag": tag })).await.ok();
        assert_eq!(alice.delete(&path).await.status, 403);
        assert_eq!(alice.put(&path, &json!({ "name": "x" })).await.status, 403);
        admin.put(&path, &json!({ "name": "Soon" })).await.ok();
        assert_eq!(alice.get(&on).await.ok()["collection"][0]["tagName"], "Soon");
        admin.delete(&path).await.ok();
        assert_eq!(alice.get(&on).await.ok()["size"], 0);
        undo(&admin).await;
        assert_eq!(alice.get(&on).await.ok()["size"], 1);
        let link = format!("/api/tag_domain_association/{}.json", link["data"]["id"]);
        alice.delete(&link).await.ok();
        alice.put(&path, &json!({ "name": "Mine again" })).await.ok();
        alice.delete(&path).await.ok();
    })
    .await;
}

#[tokio::test]
async fn a_tag_is_put_on_anything_once_in_both_spellings() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let bob = &world.bob;
        let tag = bob.made("tag", &json!({ "name": "Urgent" })).await;
        let on = of(IMAGE, world.image, "tag_domain_association");
        let made = bob.post(&on, &json!({ "tag": tag, "domainClassName": IMAGE, "domainIdent": world.image })).await.ok();
        assert_eq!(made["callback"]["method"], "be.cytomine.AddTagDomainAssociationCommand");
        let link = made["tagdomainassociation"].clone();
        assert_eq!(
            link,
            json!({
                "class": "be.cytomine.domain.meta.TagDomainAssociation", "id": link["id"], "created": link["created"],
                "updated": null, "domainIdent": world.image, "domainClassName": IMAGE, "domainId": world.image,
                "tag": tag, "tagId": tag, "tagName": "Urgent"
            })
        );
        let all = "/api/tag_domain_association.json";
        let v2 = json!({ "tagId": tag, "domainClassName": ANNOTATION, "domainId": world.annotation });
        bob.post(all, &v2).await.ok();
        assert_eq!(bob.post(all, &v2).await.status, 409);
        assert_eq!(bob.post(&on, &json!({ "tag": tag })).await.status, 409);
        assert_eq!(bob.post(&on, &json!({ "tag": 999 })).await.status, 404);
        assert_eq!(bob.post(&on, &json!({})).await.status, 400);
        assert_eq!(bob.post(all, &json!({ "tag": tag })).await.status, 400);
        let path = format!("/api/tag_domain_association/{}.json", link["id"]);
        assert_eq!(world.gus.get(&path).await.ok(), link);
        assert_eq!(world.gus.delete(&path).await.status, 403);
        bob.delete(&path).await.ok();
        assert_eq!(bob.get(&path).await.status, 404);
        undo(bob).await;
        assert_eq!(bob.get(&on).await.ok()["collection"], json!([link]));
        let many = bob.post(&on, &json!([{ "tag": tag }, { "tag": tag }])).await.ok();
        assert_eq!(many["status"], 400);
    })
    .await;
}

#[tokio::test]
async fn the_list_of_all_holds_what_the_caller_sees() {
    both(|app: App| async move {
        let world = World::of(&app).await;
        let (alice, eve) = (&world.alice, app.user("eve").await);
        let (tag, other) = (
            alice.made("tag", &json!({ "name": "Urgent" })).await,
            alice.made("tag", &json!({ "name": "Later" })).await,
        );
        let ontology = alice.made("ontology", &json!({ "name": "Cells" })).await;
        let subjects = world.subjects().into_iter();
        for (class, id) in subjects.chain([("be.cytomine.domain.ontology.Ontology", ontology)]) {
            alice.post(&of(class, id, "tag_domain_association"), &json!({ "tag": tag })).await.ok();
        }
        let later = of(IMAGE, world.image, "tag_domain_association");
        alice.post(&later, &json!({ "tag": other })).await.ok();
        let all = "/api/tag_domain_association.json";
        let size = async |client: &cytomine_testkit::Client, query: &str| {
            client.get(&format!("{all}?{query}")).await.ok()["size"].clone()
        };
        assert_eq!(size(alice, "").await, 5);
        assert_eq!(size(&app.admin().await, "").await, 5);
        // The ontology is Alice's own.
        assert_eq!(size(&world.bob, "").await, 4);
        assert_eq!(size(&eve, "").await, 0);
        assert_eq!(size(alice, &format!("tag%5Bin%5D={other}")).await, 1);
        assert_eq!(size(alice, &format!("domainClassName%5Bequals%5D={IMAGE}&tag%5Bin%5D={tag}")).await, 1);
        assert_eq!(size(alice, &format!("domainClassName%5Bin%5D={IMAGE},{PROJECT}")).await, 3);
        assert_eq!(size(alice, "max=2").await, 5);
    })
    .await;
}
