package emulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// waitForSteadyState does what the provider 6 of Terraform does under
// wait_for_steady_state: it finds the service deployment of the PRIMARY deployment by the
// digits of its revision, among those made since the operation began, and describes it
// until it has ended. It returns how.
func (w *world) waitForSteadyState(service string, since time.Time) (ended types.ServiceDeployment) {
	w.Helper()
	var id *string
	w.eventually("the service deployment has ended", func() bool {
		if id == nil {
			_, digits, _ := strings.Cut(*w.service(service).Deployments[0].Id, "/")
			id = w.serviceDeployment(service, since, digits)
			return false
		}
		out, err := w.client.DescribeServiceDeployments(w.Context(), &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{*id}})
		w.must(err)
		ended = out.ServiceDeployments[0]
		switch ended.Status {
		case "SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED":
			return true
		}
		w.must(w.srv.Clock().Advance(time.Minute))
		return false
	})
	return ended
}

// serviceDeployment finds one that is under way or has ended with success.
func (w *world) serviceDeployment(service string, since time.Time, digits string) *string {
	w.Helper()
	out, err := w.client.ListServiceDeployments(w.Context(), &ecs.ListServiceDeploymentsInput{
		Cluster: aws.String("default"), Service: &service, CreatedAt: &types.CreatedAt{After: &since},
		Status: []types.ServiceDeploymentStatus{"PENDING", "IN_PROGRESS", "SUCCESSFUL", "ROLLBACK_IN_PROGRESS"},
	})
	w.must(err)
	at := slices.IndexFunc(out.ServiceDeployments, func(d types.ServiceDeploymentBrief) bool {
		return strings.Contains(*d.TargetServiceRevisionArn, digits)
	})
	if at < 0 {
		return nil
	}
	return out.ServiceDeployments[at].ServiceDeploymentArn
}

// TestTerraformWaitsForSteadyState is not parallel: it has to look before the rollback has ended, as the provider does.
func TestTerraformWaitsForSteadyState(t *testing.T) {
	w := start(t)
	good, bad := w.register("web", "app"), w.register("web", "missing/app")
	since := w.srv.Clock().Now()
	w.createService("api", good, 2)
	created := w.waitForSteadyState("api", since)
	if created.Status != "SUCCESSFUL" || created.TargetServiceRevision.RunningTaskCount != 2 {
		t.Fatalf("created: %+v", created)
	}
	if s := w.service("api"); len(s.Deployments) != 1 || s.RunningCount != s.DesiredCount || s.CurrentServiceDeployment != nil {
		t.Errorf("not stable: %+v", s)
	}

	since = w.srv.Clock().Now()
	_, err := w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{
		Service: aws.String("api"), TaskDefinition: &bad, DeploymentConfiguration: &types.DeploymentConfiguration{
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true},
		},
	})
	w.must(err)
	failed := w.waitForSteadyState("api", since)
	if failed.Status != "ROLLBACK_SUCCESSFUL" || *failed.Rollback.ServiceRevisionArn != *created.TargetServiceRevision.Arn {
		t.Errorf("updated: %+v", failed)
	}
	if s := w.service("api"); *s.TaskDefinition != good || s.RunningCount != 2 {
		t.Errorf("%s with %d tasks", *s.TaskDefinition, s.RunningCount)
	}
}

// TestInterruptedTerraformRollsBack stops the service deployment, as the provider does
// with sigint_rollback. It is not parallel, for the same reason.
func TestInterruptedTerraformRollsBack(t *testing.T) {
	w := start(t)
	first, second := w.register("web", "app"), w.register("web", "app")
	since := w.srv.Clock().Now()
	w.createService("api", first, 1)
	w.waitForSteadyState("api", since)
	_, err := w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("api"), TaskDefinition: &second})
	w.must(err)
	var id *string
	w.eventually("the service deployment is under way", func() bool {
		id = w.service("api").CurrentServiceDeployment
		return id != nil
	})
	_, err = w.client.StopServiceDeployment(t.Context(), &ecs.StopServiceDeploymentInput{ServiceDeploymentArn: id, StopType: "ROLLBACK"})
	w.must(err)
	w.eventually("it has been rolled back", func() bool {
		w.must(w.srv.Clock().Advance(time.Minute))
		out, err := w.client.DescribeServiceDeployments(t.Context(), &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{*id}})
		w.must(err)
		return out.ServiceDeployments[0].Status == "ROLLBACK_SUCCESSFUL"
	})
	if s := w.service("api"); *s.TaskDefinition != first || len(s.Deployments) != 1 || s.RunningCount != 1 {
		t.Errorf("%s, deployments %+v", *s.TaskDefinition, s.Deployments)
	}
	revision := *w.service("api").CurrentServiceRevisions[0].Arn
	out, err := w.client.DescribeServiceRevisions(t.Context(), &ecs.DescribeServiceRevisionsInput{ServiceRevisionArns: []string{revision}})
	w.must(err)
	if image := out.ServiceRevisions[0].ContainerImages[0]; image.ImageDigest == nil {
		t.Errorf("a task has run, so the digest is known: %+v", image)
	}
}

func TestServiceDeploymentsAreForgottenOnceTheyHaveBeenReplacedFor90Days(t *testing.T) {
	t.Parallel()
	w := start(t)
	web := w.register("web", "app")
	since := w.srv.Clock().Now()
	w.createService("api", web, 1)
	old := w.waitForSteadyState("api", since)
	since = w.srv.Clock().Now()
	_, err := w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("api"), ForceNewDeployment: true})
	w.must(err)
	kept := w.waitForSteadyState("api", since)
	for _, test := range []struct {
		days int
		want []string
	}{
		{89, []string{*kept.ServiceDeploymentArn, *old.ServiceDeploymentArn}},
		{91, []string{*kept.ServiceDeploymentArn}},
	} {
		w.must(w.srv.ForgetOld(w.srv.Clock().Now().AddDate(0, 0, test.days)))
		out, err := w.client.ListServiceDeployments(t.Context(), &ecs.ListServiceDeploymentsInput{Service: aws.String("api")})
		w.must(err)
		var got []string
		for _, d := range out.ServiceDeployments {
			got = append(got, *d.ServiceDeploymentArn)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("after %d days: %q, want %q", test.days, got, test.want)
		}
	}
	out, err := w.client.DescribeServiceRevisions(t.Context(), &ecs.DescribeServiceRevisionsInput{
		ServiceRevisionArns: []string{*old.TargetServiceRevision.Arn, *kept.TargetServiceRevision.Arn},
	})
	w.must(err)
	if len(out.Failures) != 1 || len(out.ServiceRevisions) != 1 || *out.ServiceRevisions[0].ServiceRevisionArn != *kept.TargetServiceRevision.Arn {
		t.Errorf("revisions %+v, failures %+v", out.ServiceRevisions, out.Failures)
	}
}
