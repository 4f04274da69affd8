package ecs_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/reservation"
)

// byItself is the same control plane, called by ECS itself.
func (s *server) byItself(t *testing.T) *server { return s.as(t, "ecs.amazonaws.com") }

// managed makes a service that ECS manages.
func (s *server) managed(t *testing.T) *types.Service {
	t.Helper()
	s.fargate(t, "web")
	return s.byItself(t).create(t, serviceInput("web", "web"))
}

// reserve reserves the next deployment of a service that ECS itself makes.
func (s *server) reserve(t *testing.T, serviceARN string) (revisionARN string) {
	t.Helper()
	s.update(t, func(tx *store.Tx) { revisionARN = reservation.Revision(tx, serviceARN) })
	return revisionARN
}

func TestManagedServiceIsListedAsSuch(t *testing.T) {
	s := newServer(t)
	made := s.managed(t)
	if made.ResourceManagementType != types.ResourceManagementTypeEcs {
		t.Errorf("ECS makes a service of %s", made.ResourceManagementType)
	}
	if own := s.create(t, serviceInput("own", "web")); own.ResourceManagementType != types.ResourceManagementTypeCustomer {
		t.Errorf("a user makes a service of %s", own.ResourceManagementType)
	}
	for management, name := range map[types.ResourceManagementType]string{"ECS": "web", "CUSTOMER": "own"} {
		got := must[*sdk.ListServicesOutput](t)(s.ListServices(ctx, &sdk.ListServicesInput{ResourceManagementType: management}))
		if len(got.ServiceArns) != 1 || !strings.HasSuffix(got.ServiceArns[0], "/"+name) {
			t.Errorf("services of %s: %v", management, got.ServiceArns)
		}
	}
}

// TestUsersOfAManagedService: they change its count and how it is deployed. ECS itself changes all of it.
func TestUsersOfAManagedService(t *testing.T) {
	s := newServer(t)
	made := s.managed(t)
	update := func(s *server, in sdk.UpdateServiceInput) (*types.Service, error) {
		in.Service = made.ServiceName
		out, err := s.UpdateService(ctx, &in)
		if err != nil {
			return nil, err
		}
		return out.Service, nil
	}
	taken, err := update(s, sdk.UpdateServiceInput{
		DesiredCount: aws.Int32(3), ForceNewDeployment: true, DeploymentConfiguration: &types.DeploymentConfiguration{MaximumPercent: aws.Int32(150)},
	})
	if err != nil || taken.DesiredCount != 3 || len(taken.Deployments) != 2 || *taken.DeploymentConfiguration.MaximumPercent != 150 {
		t.Errorf("count and deployment settings: %+v, %v", taken, err)
	}
	for member, in := range map[string]sdk.UpdateServiceInput{
		"taskDefinition":       {TaskDefinition: made.TaskDefinition}, // the one that it has
		"enableExecuteCommand": {EnableExecuteCommand: aws.Bool(false)},
		"loadBalancers":        {LoadBalancers: []types.LoadBalancer{}},
		"networkConfiguration": {NetworkConfiguration: made.NetworkConfiguration, DesiredCount: aws.Int32(1)},
		"deploymentController": {DeploymentController: &types.DeploymentController{Type: "EXTERNAL"}},
		"propagateTags":        {PropagateTags: types.PropagateTagsService},
	} {
		_, err := update(s, in)
		refused(t, err, "InvalidParameterException", *made.ServiceArn+" has ResourceManagementType=ECS use UpdateExpressGatewayService to update "+member)
	}
	if got, err := update(s.byItself(t), sdk.UpdateServiceInput{PropagateTags: types.PropagateTagsService}); err != nil || got.PropagateTags != "SERVICE" {
		t.Errorf("ECS itself: %+v, %v", got, err)
	}
}

func TestOnlyECSDeletesAManagedService(t *testing.T) {
	s := newServer(t)
	made := s.managed(t)
	in := &sdk.DeleteServiceInput{Service: made.ServiceName, Force: aws.Bool(true)}
	users := func() {
		t.Helper()
		_, err := s.DeleteService(ctx, in)
		refused(t, err, "InvalidParameterException", *made.ServiceArn+" has ResourceManagementType=ECS use DeleteExpressGatewayService to delete")
	}
	users()
	if out := must[*sdk.DeleteServiceOutput](t)(s.byItself(t).DeleteService(ctx, in)); *out.Service.Status != "DRAINING" {
		t.Errorf("deleted: %+v", out.Service)
	}
	users()
}

// TestReservedRevision: the next deployments that ECS itself makes have the revisions that were reserved, users' deployments do not.
func TestReservedRevision(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	service := testScope.Service("default", "web")
	current := func() string {
		t.Helper()
		out := must[*sdk.DescribeServicesOutput](t)(s.DescribeServices(ctx, &sdk.DescribeServicesInput{Services: []string{"web"}}))
		shown := out.Services[0]
		revision := *shown.CurrentServiceRevisions[0].Arn
		if digits := strings.TrimPrefix(*shown.Deployments[0].Id, "ecs-svc/"); !strings.HasSuffix(revision, "/"+digits) {
			t.Errorf("deployment %s has the revision %s", digits, revision)
		}
		return revision
	}
	force := &sdk.UpdateServiceInput{Service: aws.String("web"), ForceNewDeployment: true}

	reserved := s.reserve(t, service)
	itself := s.byItself(t)
	itself.create(t, serviceInput("web", "web"))
	if got := current(); got != reserved {
		t.Errorf("the first revision is %s, not %s", got, reserved)
	}
	overtaken, reserved := s.reserve(t, service), s.reserve(t, service)
	must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, force))
	if got := current(); got == reserved || got == overtaken {
		t.Errorf("a user's deployment has the reserved revision %s", got)
	}
	must[*sdk.UpdateServiceOutput](t)(itself.UpdateService(ctx, force))
	if got := current(); got != reserved {
		t.Errorf("the next revision is %s, not %s", got, reserved)
	}
	must[*sdk.UpdateServiceOutput](t)(itself.UpdateService(ctx, force))
	if got := current(); got == reserved {
		t.Error("a revision is made twice")
	}
}
