package applicationautoscaling_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	ecs "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestTargets(t *testing.T) {
	c := newScene(t, "web", "api")
	in := register("service/c/web", 1, 4)
	in.RoleARN = aws.String("arn:aws:iam::123456789012:role/none") // the linked one is taken
	made := apitest.OK(t, c.RegisterScalableTarget, in)
	apitest.OK(t, c.RegisterScalableTarget, register("service/c/api", 5, 5)) // although the service wants 2
	change := register("service/c/web", 2, 0)
	change.MaxCapacity = nil
	if again := apitest.OK(t, c.RegisterScalableTarget, change); *again.ScalableTargetARN != *made.ScalableTargetARN {
		t.Errorf("another ARN: %s", *again.ScalableTargetARN)
	}
	all := apitest.OK(t, c.DescribeScalableTargets, &sdk.DescribeScalableTargetsInput{ServiceNamespace: namespace, MaxResults: aws.Int32(51)})
	if len(all.ScalableTargets) != 2 || all.NextToken != nil {
		t.Fatalf("%+v", all)
	}
	described := all.ScalableTargets[1]
	if *described.ResourceId != "service/c/web" || *described.MinCapacity != 2 || *described.MaxCapacity != 4 || *described.ScalableTargetARN != *made.ScalableTargetARN ||
		!strings.HasSuffix(*described.RoleARN, "/AWSServiceRoleForApplicationAutoScaling_ECSService") {
		t.Errorf("%+v", described)
	}
	gone := &sdk.DeregisterScalableTargetInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension}
	apitest.OK(t, c.DeregisterScalableTarget, gone)
	apitest.Refused(t, c.DeregisterScalableTarget, gone, "ObjectNotFoundException",
		"No scalable target found for service namespace: ecs, resource ID: service/c/web, scalable dimension: ecs:service:DesiredCount")
	left := apitest.OK(t, c.DescribeScalableTargets, &sdk.DescribeScalableTargetsInput{ServiceNamespace: namespace, ResourceIds: []string{"service/c/web"}})
	if len(left.ScalableTargets) != 0 {
		t.Errorf("%+v", left)
	}
}

// What a request does not name stays suspended, or awake, as it is.
func TestSuspendedState(t *testing.T) {
	s := registered(t)
	for _, asked := range []*types.SuspendedState{{DynamicScalingInSuspended: aws.Bool(true)}, {ScheduledScalingSuspended: aws.Bool(true)}, {}, nil} {
		apitest.OK(t, s.RegisterScalableTarget, &sdk.RegisterScalableTargetInput{
			ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, SuspendedState: asked,
		})
	}
	got := apitest.OK(t, s.DescribeScalableTargets, &sdk.DescribeScalableTargetsInput{ServiceNamespace: namespace}).ScalableTargets[0]
	if state := got.SuspendedState; !*state.DynamicScalingInSuspended || *state.DynamicScalingOutSuspended || !*state.ScheduledScalingSuspended || *got.MinCapacity != 1 {
		t.Errorf("%+v", got)
	}
}

// When bounds were given is kept, also if they were those of before: the controller moves the desired count then.
func TestBoundsAreTimed(t *testing.T) {
	s := registered(t)
	first := applicationautoscaling.Targets.All(s.store.Read())[0].BoundsAt
	s.now = s.now.Add(1e9)
	apitest.OK(t, s.RegisterScalableTarget, &sdk.RegisterScalableTargetInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension})
	if at := applicationautoscaling.Targets.All(s.store.Read())[0].BoundsAt; !at.Equal(first) {
		t.Errorf("no bound was given at %s", at)
	}
	apitest.OK(t, s.RegisterScalableTarget, register("service/c/web", 1, 4))
	if at := applicationautoscaling.Targets.All(s.store.Read())[0].BoundsAt; !at.Equal(s.now) {
		t.Errorf("bounds were given at %s, not %s", s.now, at)
	}
}

func TestRefusedTargets(t *testing.T) {
	s := newScene(t, "web")
	const invalid = "ValidationException"
	for _, test := range []struct {
		code, text string
		change     func(in *sdk.RegisterScalableTargetInput)
	}{
		{invalid, "Minimum capacity must be specified", func(in *sdk.RegisterScalableTargetInput) { in.MinCapacity, in.MaxCapacity = nil, nil }},
		{invalid, "Maximum capacity must be specified", func(in *sdk.RegisterScalableTargetInput) { in.MaxCapacity = nil }},
		{invalid, "Minimum capacity cannot be less than 0", func(in *sdk.RegisterScalableTargetInput) { in.MinCapacity = aws.Int32(-1) }},
		{invalid, "Maximum capacity cannot be less than minimum capacity", func(in *sdk.RegisterScalableTargetInput) { in.MaxCapacity = aws.Int32(-1) }},
		{invalid, "ECS service doesn't exist: service/c/none", func(in *sdk.RegisterScalableTargetInput) { in.ResourceId = aws.String("service/c/none") }},
		{invalid, "Unsupported service namespace, resource type or scalable dimension", func(in *sdk.RegisterScalableTargetInput) { in.ResourceId = aws.String(scope.Service("c", "web")) }},
		{invalid, "Unsupported service namespace, resource type or scalable dimension", func(in *sdk.RegisterScalableTargetInput) {
			in.ServiceNamespace, in.ScalableDimension = types.ServiceNamespaceDynamodb, types.ScalableDimensionDynamoDBTableReadCapacityUnits
		}},
		{"AccessDeniedException", "Account is not authorized", func(in *sdk.RegisterScalableTargetInput) {
			in.ScalableDimension = types.ScalableDimensionEC2SpotFleetRequestTargetCapacity
		}},
		{invalid, "'not-an-arn' is not a valid ARN", func(in *sdk.RegisterScalableTargetInput) { in.RoleARN = aws.String("not-an-arn") }},
		{invalid, "1 validation error detected: Value '' at 'roleARN' failed to satisfy constraint: Member must have length greater than or equal to 1",
			func(in *sdk.RegisterScalableTargetInput) { in.RoleARN = aws.String("") }},
		{invalid, "Tags cannot be empty", func(in *sdk.RegisterScalableTargetInput) { in.Tags = map[string]string{} }},
		{invalid, "1 validation error detected: Value 'ecs:service:desiredCount' at 'scalableDimension' failed to satisfy constraint: Member must satisfy enum value set: [" +
			"cassandra:table:WriteCapacityUnits, dynamodb:index:ReadCapacityUnits, cassandra:table:ReadCapacityUnits, dynamodb:index:WriteCapacityUnits, " +
			"appstream:fleet:DesiredCapacity, sagemaker:inference-component:DesiredCopyCount, comprehend:document-classifier-endpoint:DesiredInferenceUnits, " +
			"ec2:spot-fleet-request:TargetCapacity, rds:cluster:ReadReplicaCount, elasticache:cache-cluster:Nodes, elasticache:replication-group:Replicas, " +
			"workspaces:workspacespool:DesiredUserSessions, sagemaker:variant:DesiredProvisionedConcurrency, dynamodb:table:WriteCapacityUnits, " +
			"kafka:broker-storage:VolumeSize, ecs:service:DesiredCount, sagemaker:variant:DesiredInstanceCount, comprehend:entity-recognizer-endpoint:DesiredInferenceUnits, " +
			"dynamodb:table:ReadCapacityUnits, lambda:function:ProvisionedConcurrency, custom-resource:ResourceType:Property, neptune:cluster:ReadReplicaCount, " +
			"elasticache:replication-group:NodeGroups, elasticmapreduce:instancegroup:InstanceCount]",
			func(in *sdk.RegisterScalableTargetInput) { in.ScalableDimension = "ecs:service:desiredCount" }},
	} {
		in := register("service/c/web", 0, 2)
		test.change(in)
		apitest.Refused(t, s.RegisterScalableTarget, in, test.code, test.text)
	}
	s.update(func(tx *store.Tx) {
		daemons := state.FindService(tx, scope.Service("c", "web")).Clone()
		daemons.SchedulingStrategy = ecs.SchedulingStrategyDaemon
		state.PutService(tx, daemons)
	})
	apitest.Refused(t, s.RegisterScalableTarget, register("service/c/web", 0, 2), invalid, "ECS service with the scheduling strategy DAEMON cannot be scaled: service/c/web")
	s.update(func(tx *store.Tx) {
		external := state.FindService(tx, scope.Service("c", "web")).Clone()
		external.SchedulingStrategy, external.DeploymentController = ecs.SchedulingStrategyReplica, ecs.DeploymentControllerTypeExternal
		state.PutService(tx, external)
	})
	apitest.Refused(t, s.RegisterScalableTarget, register("service/c/web", 0, 2), invalid, "ECS service with the deployment controller EXTERNAL cannot be scaled: service/c/web")
	apitest.Refused(t, s.DescribeScalableTargets, &sdk.DescribeScalableTargetsInput{ServiceNamespace: namespace, NextToken: aws.String("?")},
		"InvalidNextTokenException", "The NextToken value is not valid")
	apitest.Refused(t, s.DescribeScalableTargets, &sdk.DescribeScalableTargetsInput{ServiceNamespace: namespace, ScalableDimension: dimension},
		invalid, "If you specify a scalable dimension, you must also specify a resource ID")
}

func TestTags(t *testing.T) {
	s := newScene(t, "web")
	in := register("service/c/web", 0, 2)
	in.Tags = map[string]string{"team": "shop"}
	id := apitest.OK(t, s.RegisterScalableTarget, in).ScalableTargetARN
	apitest.Refused(t, s.RegisterScalableTarget, in, "ValidationException",
		"The scalable target that you tried to tag already exists. To update tags on an existing scalable target, use the TagResource API.")
	apitest.OK(t, s.TagResource, &sdk.TagResourceInput{ResourceARN: id, Tags: map[string]string{"team": "web", "added": "one"}})
	apitest.OK(t, s.TagResource, &sdk.TagResourceInput{ResourceARN: id, Tags: map[string]string{"added": ""}})
	apitest.OK(t, s.UntagResource, &sdk.UntagResourceInput{ResourceARN: id, TagKeys: []string{"team", "none"}})
	if got := apitest.OK(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceARN: id}); !maps.Equal(got.Tags, map[string]string{"added": ""}) {
		t.Errorf("%v", got.Tags)
	}
	for text, tags := range map[string]map[string]string{
		"Tags cannot be empty": {},
		"Caller is an end user and not allowed to mutate system tags": {"aws:probe": "x"},
		"1 validation error detected: Value '{=x}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: " +
			"[Member must have length less than or equal to 128, Member must have length greater than or equal to 1]": {"": "x"},
	} {
		apitest.Refused(t, s.TagResource, &sdk.TagResourceInput{ResourceARN: id, Tags: tags}, "ValidationException", text)
	}
	apitest.Refused(t, s.UntagResource, &sdk.UntagResourceInput{ResourceARN: id, TagKeys: []string{}}, "ValidationException", "TagKeys cannot be null or empty")
	service := scope.Service("c", "web")
	apitest.Refused(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceARN: &service}, "ValidationException",
		"1 validation error detected: Value '"+service+`' at 'resourceARN' failed to satisfy constraint: Member must satisfy regular expression pattern: ^arn:.+:application-autoscaling:.+:[0-9]+:scalable-target\/[a-zA-Z0-9-]+$`)
	apitest.Refused(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceARN: aws.String(*id + "0")}, "ResourceNotFoundException", "Scalable Target not found")
}
