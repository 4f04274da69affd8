package ecs_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// redeploy makes n more deployments of a service and returns the ARNs of all its service
// deployments, newest first.
func (s *server) redeploy(t testing.TB, name string, n int) []string {
	t.Helper()
	for range n {
		must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: &name, ForceNewDeployment: true}))
	}
	return s.listDeployments(t, &sdk.ListServiceDeploymentsInput{Service: &name})
}

func (s *server) listDeployments(t testing.TB, in *sdk.ListServiceDeploymentsInput) (arns []string) {
	t.Helper()
	for {
		out := must[*sdk.ListServiceDeploymentsOutput](t)(s.ListServiceDeployments(ctx, in))
		for _, d := range out.ServiceDeployments {
			arns = append(arns, *d.ServiceDeploymentArn)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return arns
		}
	}
}

func TestListServiceDeployments(t *testing.T) {
	s := newServer(t)
	s.register(t, "web")
	s.create(t, serviceInput("web", "web"))
	all := s.redeploy(t, "web", 4)
	if len(all) != 5 {
		t.Fatalf("service deployments %q", all)
	}
	if got := s.listDeployments(t, &sdk.ListServiceDeploymentsInput{Service: aws.String("web"), MaxResults: aws.Int32(2)}); !slices.Equal(got, all) {
		t.Errorf("in pages of two: %q, want %q", got, all)
	}
	middle := must[*sdk.DescribeServiceDeploymentsOutput](t)(s.DescribeServiceDeployments(ctx,
		&sdk.DescribeServiceDeploymentsInput{ServiceDeploymentArns: all[2:3]})).ServiceDeployments[0]
	at := *middle.CreatedAt
	for what, test := range map[string]struct {
		in   sdk.ListServiceDeploymentsInput
		want []string
	}{
		"after":      {sdk.ListServiceDeploymentsInput{CreatedAt: &types.CreatedAt{After: aws.Time(at.Add(time.Hour))}}, nil},
		"before":     {sdk.ListServiceDeploymentsInput{CreatedAt: &types.CreatedAt{Before: aws.Time(at.Add(-time.Hour))}}, nil},
		"within":     {sdk.ListServiceDeploymentsInput{CreatedAt: &types.CreatedAt{After: aws.Time(at.Add(-time.Hour)), Before: aws.Time(at.Add(time.Hour))}}, all},
		"successful": {sdk.ListServiceDeploymentsInput{Status: []types.ServiceDeploymentStatus{"SUCCESSFUL", "STOPPED"}}, nil},
		"pending":    {sdk.ListServiceDeploymentsInput{Status: []types.ServiceDeploymentStatus{"SUCCESSFUL", "PENDING"}}, all},
	} {
		test.in.Service = aws.String("web")
		if got := s.listDeployments(t, &test.in); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", what, got, test.want)
		}
	}
	_, err := s.ListServiceDeployments(ctx, &sdk.ListServiceDeploymentsInput{Service: aws.String("none")})
	refused(t, err, "ServiceNotFoundException", "Service not found.")
	_, err = s.ListServiceDeployments(ctx, &sdk.ListServiceDeploymentsInput{Service: aws.String("web"), Cluster: aws.String("none")})
	refused(t, err, "ClusterNotFoundException", "Cluster not found.")
}

// The clock may stand still, and what is on disk knows milliseconds.
func TestListServiceDeploymentsOfOneMillisecond(t *testing.T) {
	s := newServer(t)
	s.register(t, "web")
	created := s.create(t, serviceInput("web", "web"))
	made := []string{arn.ServiceDeploymentID(*created.Deployments[0].Id)}
	for range 9 {
		out := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), ForceNewDeployment: true}))
		made = slices.Insert(made, 0, arn.ServiceDeploymentID(*out.Service.Deployments[0].Id))
	}
	instant := time.UnixMilli(1_700_000_000_123)
	s.update(t, func(tx *store.Tx) {
		for i, id := range made {
			d := state.FindServiceDeployment(tx, testScope.ServiceDeployment("default", "web", id)).Clone()
			d.CreatedAt = instant.Add(time.Duration(i) * time.Microsecond)
			state.PutServiceDeployment(tx, d)
		}
	})
	shown := func(in *sdk.ListServiceDeploymentsInput) (ids []string) {
		in.Service = aws.String("web")
		for _, id := range s.listDeployments(t, in) {
			ids = append(ids, arn.Name(id))
		}
		return ids
	}
	if got := shown(&sdk.ListServiceDeploymentsInput{MaxResults: aws.Int32(3)}); !slices.Equal(got, made) {
		t.Errorf("in pages of three: %q, want %q", got, made)
	}
	if got := shown(&sdk.ListServiceDeploymentsInput{CreatedAt: &types.CreatedAt{After: &instant, Before: &instant}}); !slices.Equal(got, made) {
		t.Errorf("within the time that they show: %q", got)
	}
}

// TestDescribeServiceDeployments sees a service whose scheduler has done nothing yet.
func TestDescribeServiceDeployments(t *testing.T) {
	s := newServer(t)
	s.register(t, "web")
	created := s.create(t, serviceInput("web", "web"))
	s.scheduleTasks(t, "web", 1, state.Running)
	all := s.redeploy(t, "web", 1)
	unknown := all[0][:len(all[0])-21] + "123456789012345678901"
	out := must[*sdk.DescribeServiceDeploymentsOutput](t)(s.DescribeServiceDeployments(ctx,
		&sdk.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{unknown, all[0]}}))
	if len(out.Failures) != 1 || *out.Failures[0].Arn != unknown || *out.Failures[0].Reason != "MISSING" {
		t.Errorf("failures %+v", out.Failures)
	}
	d := out.ServiceDeployments[0]
	if d.Status != "PENDING" || d.StartedAt != nil || d.FinishedAt != nil || d.TargetServiceRevision.RunningTaskCount != 0 {
		t.Errorf("%+v", d)
	}
	if source := d.SourceServiceRevisions[0]; *source.Arn != *created.CurrentServiceRevisions[0].Arn || source.RunningTaskCount != 1 {
		t.Errorf("source %+v", source)
	}
	if shown := s.describe(t, "web"); shown.CurrentServiceDeployment != nil {
		t.Errorf("%s is not under way yet", *shown.CurrentServiceDeployment)
	}
	for ref, want := range map[string]string{
		"web": "The ServiceDeployment ARN is invalid.",
		"arn:aws:ecs:us-east-1:123456789012:service-deployment/default/web/1": "The ServiceDeployment ARN is invalid.",
	} {
		_, err := s.DescribeServiceDeployments(ctx, &sdk.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{ref}})
		refused(t, err, "InvalidParameterException", want)
	}
	_, err := s.DescribeServiceDeployments(ctx, &sdk.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{
		testScope.ServiceDeployment("default", "none", "1"),
	}})
	refused(t, err, "ServiceNotFoundException", "Service not found.")
	_, err = s.DescribeServiceDeployments(ctx, &sdk.DescribeServiceDeploymentsInput{ServiceDeploymentArns: make([]string, 21)})
	refused(t, err, "InvalidParameterException", "Service Deployment ARN count cannot exceed 20")
}

func TestDescribeServiceRevisions(t *testing.T) {
	s := newServer(t)
	s.register(t, "web")
	id := *s.create(t, serviceInput("web", "web")).CurrentServiceRevisions[0].Arn
	out := must[*sdk.DescribeServiceRevisionsOutput](t)(s.DescribeServiceRevisions(ctx,
		&sdk.DescribeServiceRevisionsInput{ServiceRevisionArns: []string{id, id}}))
	if len(out.ServiceRevisions) != 2 || *out.ServiceRevisions[0].ServiceRevisionArn != id {
		t.Fatalf("%+v", out)
	}
	if r := out.ServiceRevisions[0]; *r.PlatformVersion != "1.4.0" || *r.PlatformFamily != "Linux" || len(r.ContainerImages) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestStopServiceDeploymentAsksOnce(t *testing.T) {
	s := newServer(t)
	s.register(t, "web")
	s.create(t, serviceInput("web", "web"))
	id := s.redeploy(t, "web", 0)[0]
	stop := func(how types.StopServiceDeploymentStopType) ourtypes.ServiceDeploymentStatus {
		t.Helper()
		out := must[*sdk.StopServiceDeploymentOutput](t)(s.StopServiceDeployment(ctx,
			&sdk.StopServiceDeploymentInput{ServiceDeploymentArn: &id, StopType: how}))
		if *out.ServiceDeploymentArn != id {
			t.Errorf("%s", *out.ServiceDeploymentArn)
		}
		return state.FindServiceDeployment(s.store.Read(), id).Status
	}
	if got := stop(""); got != "ROLLBACK_REQUESTED" {
		t.Error(got)
	}
	if got := stop("ABORT"); got != "ROLLBACK_REQUESTED" {
		t.Errorf("what is on its way goes on: %s", got)
	}
	s.update(t, func(tx *store.Tx) {
		ended := state.FindServiceDeployment(tx, id).Clone()
		ended.Status, ended.FinishedAt = "ROLLBACK_FAILED", time.Now()
		state.PutServiceDeployment(tx, ended)
	})
	_, err := s.StopServiceDeployment(ctx, &sdk.StopServiceDeploymentInput{ServiceDeploymentArn: &id})
	refused(t, err, "ConflictException", "The service deployment cannot be stopped because it is in the ROLLBACK_FAILED state.")
	_, err = s.StopServiceDeployment(ctx, &sdk.StopServiceDeploymentInput{
		ServiceDeploymentArn: aws.String(testScope.ServiceDeployment("default", "web", "1")),
	})
	refused(t, err, "ServiceDeploymentNotFoundException", "Service deployment not found.")
}
