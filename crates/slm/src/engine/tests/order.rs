//! Who waits for whom, and what becomes of work that nobody wants any more.

use super::*;

#[tokio::test]
async fn a_typed_text_does_not_wait_for_a_long_answer() {
    let (engine, _made) = engine();
    let mut events = start_long(&engine, Priority::Background).await;
    for _ in 0..5 {
        engine
            .embed(vec!["the cat".to_owned()], Priority::Typing)
            .await
            .unwrap();
    }
    let (short, _) = say(&engine, request("a dog", 3, Priority::Foreground)).await;
    assert!(!short.is_empty());
    // Everything the long answer has said so far is in its channel; its end is not.
    let mut said = 0;
    while let Ok(event) = events.try_recv() {
        assert!(
            matches!(event, GenerateEvent::Token(_)),
            "the long answer is not complete"
        );
        said += 1;
    }
    assert!(said < CONTEXT - 200);
    let (_, end) = all(events).await;
    assert!(
        matches!(end, GenerateEvent::Finished { reason: FinishReason::Length, new_tokens, .. } if new_tokens == CONTEXT - 200)
    );
}

#[tokio::test]
async fn an_answer_that_gives_way_while_it_reads_is_the_same() {
    let long = "the cat sat on a mat and saw the old house ".repeat(60);
    let asked = || request(&long, 20, Priority::Background);
    let (alone, _made) = engine();
    let right = say(&alone, asked()).await;
    assert!(matches!(right.1, GenerateEvent::Finished { new_tokens: 20, .. }));
    let short = say(&alone, request("a dog", 4, Priority::Foreground)).await;

    let (engine, _made) = engine();
    engine.load(Priority::Foreground).await.unwrap();
    let events = engine.generate(asked()).await.unwrap();
    for _ in 0..8 {
        let urgent = request("a dog", 4, Priority::Typing);
        assert_eq!(say(&engine, urgent).await, short);
    }
    assert_eq!(all(events).await, right);
}

#[tokio::test]
async fn vectors_are_the_same_whatever_comes_in_between() {
    let (engine, _made) = engine();
    let texts = vec!["the cat sat on a mat and saw the old house ".repeat(8); 400];
    let typed = || engine.embed(vec!["a dog".to_owned()], Priority::Typing);
    let alone = engine
        .embed(texts[..1].to_vec(), Priority::Background)
        .await
        .unwrap();
    let (right, answer) = (
        typed().await.unwrap(),
        say(&engine, request("a dog", 4, Priority::Typing)).await,
    );

    let many = engine.embed(texts, Priority::Background);
    tokio::pin!(many);
    let mut between = 0;
    let vectors = loop {
        let urgent = async {
            assert_eq!(typed().await.unwrap(), right);
            assert_eq!(say(&engine, request("a dog", 4, Priority::Typing)).await, answer);
        };
        tokio::select! {
            biased;
            vectors = &mut many => break vectors.unwrap(),
            () = urgent => between += 1,
        }
    };
    assert!(between > 0, "nothing came in between");
    assert!(vectors.iter().all(|vector| *vector == alone[0]));
}

#[tokio::test]
async fn less_urgent_work_waits() {
    let (engine, _made) = engine();
    let events = start_long(&engine, Priority::Typing).await;
    let later = engine.embed(vec!["the cat".to_owned()], Priority::Background);
    let answer = all(events);
    tokio::pin!(later, answer);
    tokio::select! {
        biased;
        _ = &mut answer => {}
        _ = &mut later => panic!("background work overtook what someone waits for"),
    }
    later.await.unwrap();
}

#[tokio::test]
async fn cancelling_ends_an_answer_at_once() {
    let (engine, _made) = engine();
    let cancel = CancellationToken::new();
    let long = GenerateRequest {
        cancel: cancel.clone(),
        ..request("the cat", CONTEXT - 200, Priority::Foreground)
    };
    let mut events = engine.generate(long).await.unwrap();
    assert!(matches!(events.recv().await, Some(GenerateEvent::Token(_))));
    cancel.cancel();
    let (_, end) = all(events).await;
    assert!(is_cancelled(&end), "{end:?}");
    // One that was cancelled before its turn says so without a token.
    let (text, end) = say(
        &engine,
        GenerateRequest {
            cancel,
            ..request("the cat", 9, Priority::Foreground)
        },
    )
    .await;
    assert!(text.is_empty() && is_cancelled(&end), "{end:?}");
}

#[tokio::test]
async fn a_cancelled_answer_in_the_queue_need_not_wait_for_its_turn() {
    let (engine, _made) = engine();
    let mut running = start_long(&engine, Priority::Foreground).await;
    let cancel = CancellationToken::new();
    let queued = GenerateRequest {
        cancel: cancel.clone(),
        ..request("a dog", 9, Priority::Background)
    };
    let queued = engine.generate(queued).await.unwrap();
    cancel.cancel();
    assert!(is_cancelled(&all(queued).await.1));
    while let Ok(event) = running.try_recv() {
        assert!(
            matches!(event, GenerateEvent::Token(_)),
            "the running answer goes on"
        );
    }
}

#[tokio::test]
async fn a_dropped_receiver_or_future_frees_the_engine() {
    let (engine, _made) = engine();
    let events = start_long(&engine, Priority::Typing).await;
    let start = Instant::now();
    drop(events);
    engine
        .embed(vec!["the cat".to_owned()], Priority::Background)
        .await
        .unwrap();
    assert!(start.elapsed() < SOON);

    let many = vec!["the old house and the sea ".repeat(40); 3_000];
    let abandoned = engine.embed(many, Priority::Typing);
    assert!(
        tokio::time::timeout(Duration::from_millis(50), abandoned)
            .await
            .is_err(),
        "it takes longer than this"
    );
    engine
        .embed(vec!["the cat".to_owned()], Priority::Background)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_lane_is_bounded() {
    let (engine, _made) = engine();
    let _running = start_long(&engine, Priority::Typing).await;
    let waiting: Vec<_> = (0..80)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move {
                engine
                    .embed(vec!["the cat".to_owned()], Priority::Background)
                    .await
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(30)).await;
    let queued = engine.handle.shared.queue.waiting(Priority::Background);
    assert!(queued <= 64, "{queued} jobs are queued");
    drop(_running);
    for one in waiting {
        one.await.unwrap().unwrap();
    }
}
