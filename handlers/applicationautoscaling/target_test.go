package applicationautoscaling_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, applicationautoscaling.New(nil, nil).Service()))
}

func TestTable(t *testing.T) {
	apitest.Table(t, applicationautoscaling.New(nil, nil).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*applicationautoscaling.API]())
}

var scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}

// newClient is a client of an API over a store with services of a desired count of 2.
func newClient(t *testing.T, services ...string) *sdk.Client {
	t.Helper()
	s := apitest.NewScene(t, scope)
	err := s.Store.Update(func(tx *state.Tx) error {
		cluster := &state.Cluster{ARN: scope.Cluster("c"), Name: "c", Status: "ACTIVE"}
		state.PutCluster(tx, cluster)
		for _, name := range services {
			state.PutService(tx, &state.Service{ARN: scope.Service("c", name), Name: name, ClusterARN: cluster.ARN, DesiredCount: 2, Deployments: []*state.Deployment{{Revision: &state.ServiceRevision{}}}})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sdk.NewFromConfig(s.Serve(applicationautoscaling.New(s.Store, s.Clock).Service(), &promises))
}

func register(resource string, low, high int32) *sdk.RegisterScalableTargetInput {
	return &sdk.RegisterScalableTargetInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
		ResourceId: &resource, MinCapacity: &low, MaxCapacity: &high,
	}
}

func TestTargets(t *testing.T) {
	c := newClient(t, "web", "api")
	made := apitest.OK(t, c.RegisterScalableTarget, register("service/c/web", 1, 4))
	apitest.OK(t, c.RegisterScalableTarget, register("service/c/api", 0, 2))
	change := register("service/c/web", 2, 0)
	change.MaxCapacity = nil
	if again := apitest.OK(t, c.RegisterScalableTarget, change); *again.ScalableTargetARN != *made.ScalableTargetARN {
		t.Errorf("another ARN: %s", *again.ScalableTargetARN)
	}
	first := apitest.OK(t, c.DescribeScalableTargets, &sdk.DescribeScalableTargetsInput{ServiceNamespace: types.ServiceNamespaceEcs, MaxResults: aws.Int32(1)})
	rest := apitest.OK(t, c.DescribeScalableTargets, &sdk.DescribeScalableTargetsInput{ServiceNamespace: types.ServiceNamespaceEcs, NextToken: first.NextToken})
	if len(first.ScalableTargets) != 1 || len(rest.ScalableTargets) != 1 || rest.NextToken != nil {
		t.Fatalf("%+v, %+v", first, rest)
	}
	web := rest.ScalableTargets[0]
	if *web.ResourceId != "service/c/web" || *web.MinCapacity != 2 || *web.MaxCapacity != 4 || *web.ScalableTargetARN != *made.ScalableTargetARN ||
		!strings.HasSuffix(*web.RoleARN, "/AWSServiceRoleForApplicationAutoScaling_ECSService") {
		t.Errorf("%+v", web)
	}
	gone := &sdk.DeregisterScalableTargetInput{ServiceNamespace: web.ServiceNamespace, ResourceId: web.ResourceId, ScalableDimension: web.ScalableDimension}
	apitest.OK(t, c.DeregisterScalableTarget, gone)
	apitest.Refused(t, c.DeregisterScalableTarget, gone, "ObjectNotFoundException",
		"No scalable target found for service namespace: ecs, resource ID: service/c/web, scalable dimension: ecs:service:DesiredCount")
	left := apitest.OK(t, c.DescribeScalableTargets, &sdk.DescribeScalableTargetsInput{ServiceNamespace: types.ServiceNamespaceEcs, ResourceIds: []string{"service/c/web"}})
	if len(left.ScalableTargets) != 0 {
		t.Errorf("%+v", left)
	}
}

// What is not built is refused by its name.
func TestRefusals(t *testing.T) {
	c := newClient(t, "web")
	const not = "NotImplementedException"
	for _, test := range []struct {
		code, text string
		change     func(in *sdk.RegisterScalableTargetInput)
	}{
		{"ValidationException", "ECS service doesn't exist: service/c/none", func(in *sdk.RegisterScalableTargetInput) { in.ResourceId = aws.String("service/c/none") }},
		{"ValidationException", "MinCapacity and MaxCapacity are required for a new scalable target.", func(in *sdk.RegisterScalableTargetInput) { in.MinCapacity = nil }},
		{"ValidationException", "The minimum capacity 3 is greater than the maximum capacity 2.", func(in *sdk.RegisterScalableTargetInput) { in.MinCapacity = aws.Int32(3) }},
		{not, "ecs-emulator does not implement a move of the desired count 2 of service/c/web into the capacity 0 to 1 (update the service first); see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/application-autoscaling.md.",
			func(in *sdk.RegisterScalableTargetInput) { in.MaxCapacity = aws.Int32(1) }},
		{not, "ecs-emulator does not implement scalable targets of dynamodb dynamodb:table:ReadCapacityUnits; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/application-autoscaling.md.", func(in *sdk.RegisterScalableTargetInput) {
			in.ServiceNamespace, in.ScalableDimension = types.ServiceNamespaceDynamodb, types.ScalableDimensionDynamoDBTableReadCapacityUnits
		}},
		{not, "ecs-emulator does not implement Tags of scalable targets; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/application-autoscaling.md.", func(in *sdk.RegisterScalableTargetInput) { in.Tags = map[string]string{"a": "b"} }},
		{not, "ecs-emulator does not implement SuspendedState of scalable targets; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/application-autoscaling.md.",
			func(in *sdk.RegisterScalableTargetInput) { in.SuspendedState = &types.SuspendedState{} }},
	} {
		in := register("service/c/web", 0, 2)
		test.change(in)
		apitest.Refused(t, c.RegisterScalableTarget, in, test.code, test.text)
	}
	for size, demand := range map[int32]string{-1: "greater than or equal to 1", 0: "greater than or equal to 1", 51: "less than or equal to 50"} {
		apitest.Refused(t, c.DescribeScalableTargets, &sdk.DescribeScalableTargetsInput{ServiceNamespace: types.ServiceNamespaceEcs, MaxResults: &size},
			"ValidationException", fmt.Sprintf("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value %s", size, demand))
	}
	apitest.Refused(t, c.DescribeScalableTargets, &sdk.DescribeScalableTargetsInput{ServiceNamespace: types.ServiceNamespaceEcs, NextToken: aws.String("?")},
		"InvalidNextTokenException", "The token is not valid.")
}
