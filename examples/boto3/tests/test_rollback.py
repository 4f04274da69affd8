"""A deployment that fails is rolled back. On AWS this takes some minutes; here the test moves the clock."""


def register(ecs, command):
    answer = ecs.register_task_definition(
        family="web",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "web", "image": "nginx", "command": command}],
    )
    return answer["taskDefinition"]["taskDefinitionArn"]


def deployment(ecs, definition):
    service = ecs.describe_services(services=["web"])["services"][0]
    return next((d for d in service["deployments"] if d["taskDefinition"] == definition), {})


def wait_for(emulator, ecs, definition, state):
    """Have at most an hour pass, until the deployment of a task definition has a rollout state."""
    for _ in range(720):
        found = deployment(ecs, definition)
        if found.get("rolloutState") == state:
            return found
        emulator.advance("5s")
    raise AssertionError(f"after an hour the deployment is {found}, want {state}")


def test_failed_deployment_is_rolled_back(emulator, ecs):
    good = register(ecs, [])
    ecs.create_service(
        serviceName="web",
        taskDefinition=good,
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-0ec5e3a1a70000001"]}},
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
    )
    # ECS rolls back to a deployment that is COMPLETED.
    wait_for(emulator, ecs, good, "COMPLETED")

    # The simulated container does what its command says: it ends at once.
    bad = register(ecs, ["sh", "-c", "echo no database; exit 1"])
    ecs.update_service(service="web", taskDefinition=bad)
    failed = wait_for(emulator, ecs, bad, "FAILED")
    assert "circuit breaker" in failed["rolloutStateReason"]

    wait_for(emulator, ecs, good, "COMPLETED")
    tasks = ecs.list_tasks(serviceName="web")["taskArns"]
    assert [t["taskDefinitionArn"] for t in ecs.describe_tasks(tasks=tasks)["tasks"]] == [good]


def test_tests_share_nothing(ecs):
    assert ecs.list_services()["serviceArns"] == []
