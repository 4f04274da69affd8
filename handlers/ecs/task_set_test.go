package ecs_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

var inDefault = aws.String("default")

// setInput asks for a task set on Fargate, of a service in the cluster default.
func setInput(service, family string) *sdk.CreateTaskSetInput {
	return &sdk.CreateTaskSetInput{
		Cluster: inDefault, Service: &service, TaskDefinition: &family, LaunchType: types.LaunchTypeFargate, NetworkConfiguration: awsvpc(subnetA),
	}
}

func (s *server) createSet(t testing.TB, in *sdk.CreateTaskSetInput) *types.TaskSet {
	t.Helper()
	return must[*sdk.CreateTaskSetOutput](t)(s.CreateTaskSet(ctx, in)).TaskSet
}

func (s *server) scale(service string, set *string, percent float64) (*sdk.UpdateTaskSetOutput, error) {
	return s.UpdateTaskSet(ctx, &sdk.UpdateTaskSetInput{Cluster: inDefault, Service: &service, TaskSet: set, Scale: &types.Scale{Unit: "PERCENT", Value: percent}})
}

func (s *server) promote(service string, set *string) (*sdk.UpdateServicePrimaryTaskSetOutput, error) {
	return s.UpdateServicePrimaryTaskSet(ctx, &sdk.UpdateServicePrimaryTaskSetInput{Cluster: inDefault, Service: &service, PrimaryTaskSet: set})
}

func (s *server) deleteSet(service string, set *string, force bool) (*sdk.DeleteTaskSetOutput, error) {
	return s.DeleteTaskSet(ctx, &sdk.DeleteTaskSetInput{Cluster: inDefault, Service: &service, TaskSet: set, Force: &force})
}

// TestTaskSetAnswersAsRecorded compares with the answer in AWS's own example (ECS0331), which has neither startedBy nor the ARNs of
// service and cluster.
func TestTaskSetAnswersAsRecorded(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	s.create(t, externalInput("web"))
	const ecs = "arn:aws:ecs:eu-west-1:123456789012:"
	answer := func(more string) string {
		return `{"taskSet":{"id":"ecs-svc/DIGITS","taskSetArn":"` + ecs + `task-set/default/web/ecs-svc/DIGITS","status":"ACTIVE",
		 "serviceArn":"` + ecs + `service/default/web","clusterArn":"` + ecs + `cluster/default","taskDefinition":"` + ecs + `task-definition/web:1",
		 "computedDesiredCount":0,"pendingCount":0,"runningCount":0,"createdAt":0,"updatedAt":0,"launchType":"FARGATE","platformVersion":"LATEST",
		 "platformFamily":"Linux","networkConfiguration":{"awsvpcConfiguration":{"subnets":["` + subnetA + `"],"securityGroups":[],"assignPublicIp":"DISABLED"}},
		 "loadBalancers":[],"serviceRegistries":[],"stabilityStatus":"STABILIZING","stabilityStatusAt":0,` + more + `}}`
	}
	const request = `{"cluster":"default","service":"web","taskDefinition":"web","launchType":"FARGATE","networkConfiguration":{"awsvpcConfiguration":{"subnets":["` + subnetA + `"]}}`
	sameJSON(t, s.post(t, "CreateTaskSet", request+`}`), answer(`"scale":{"value":0,"unit":"PERCENT"}`))
	sameJSON(t, s.post(t, "CreateTaskSet", request+`,"externalId":"d-1","scale":{"value":33.3,"unit":"PERCENT"},"tags":[{"key":"team","value":"shop"}]}`),
		answer(`"scale":{"value":33.3,"unit":"PERCENT"},"externalId":"d-1","tags":[{"key":"team","value":"shop"}]`))
}

// TestTaskSetFromItsCreationToItsEnd scales a task set, makes it PRIMARY, and deletes it.
func TestTaskSetFromItsCreationToItsEnd(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	s.fargate(t, "api")
	s.create(t, externalInput("web"))
	blue, green := s.createSet(t, setInput("web", "web")), s.createSet(t, setInput("web", "api"))
	s.scheduleSet(t, *blue.TaskSetArn, 1, true)

	seen := s.describe(t, "web")
	if len(seen.TaskSets) != 2 || len(seen.Deployments) != 0 || seen.TaskDefinition != nil || seen.NetworkConfiguration != nil || seen.LaunchType != "EC2" {
		t.Errorf("without a primary task set the service has %d of them, and %v", len(seen.TaskSets), seen.TaskDefinition)
	}
	scaled := must[*sdk.UpdateTaskSetOutput](t)(s.scale("web", blue.Id, 50)).TaskSet
	if scaled.Scale.Value != 50 || scaled.ComputedDesiredCount != 1 || scaled.StabilityStatus != "STABILIZING" ||
		scaled.UpdatedAt.Before(*blue.UpdatedAt) || !scaled.StabilityStatusAt.Equal(*scaled.UpdatedAt) || !scaled.CreatedAt.Equal(*blue.CreatedAt) {
		t.Errorf("scaled: %+v", scaled)
	}
	first := must[*sdk.UpdateServicePrimaryTaskSetOutput](t)(s.promote("web", blue.TaskSetArn)).TaskSet
	if *first.Status != "PRIMARY" || !first.StabilityStatusAt.Equal(*scaled.StabilityStatusAt) || first.UpdatedAt.Before(*scaled.UpdatedAt) {
		t.Errorf("promoted: %+v", first)
	}
	if seen := s.describe(t, "web"); *seen.TaskDefinition != *blue.TaskDefinition || seen.LaunchType != "FARGATE" || *seen.PlatformVersion != "LATEST" ||
		seen.NetworkConfiguration == nil {
		t.Errorf("the service shows %+v", seen)
	}
	must[*sdk.UpdateServicePrimaryTaskSetOutput](t)(s.promote("web", green.Id))
	if got := s.statuses(t, "web"); !slices.Equal(got, []string{"PRIMARY", "ACTIVE"}) { // newest first
		t.Errorf("after the second promotion: %v", got)
	}

	_, err := s.deleteSet("web", green.Id, false)
	refused(t, err, invalid, "The task set "+*green.Id+" is the primary task set of the service. Make another task set the primary one, or use force.")
	_, err = s.deleteSet("web", blue.Id, false)
	refused(t, err, invalid, "The task set "+*blue.Id+" is scaled above 0. Scale it to 0 with UpdateTaskSet, or use force.")
	must[*sdk.UpdateTaskSetOutput](t)(s.scale("web", blue.Id, 0))
	gone := must[*sdk.DeleteTaskSetOutput](t)(s.deleteSet("web", blue.Id, false)).TaskSet
	again := must[*sdk.DeleteTaskSetOutput](t)(s.deleteSet("web", blue.Id, true)).TaskSet
	if *gone.Status != "DRAINING" || gone.StabilityStatus != "STABILIZING" || !again.UpdatedAt.Equal(*gone.UpdatedAt) {
		t.Errorf("deleted: %+v, again %+v", gone, again)
	}
	_, err = s.promote("web", blue.Id)
	refused(t, err, invalid, "The task set "+*blue.Id+" is DRAINING, as it was deleted.")
	_, err = s.scale("web", blue.Id, 1)
	refused(t, err, invalid, "The task set "+*blue.Id+" is DRAINING, as it was deleted.")

	must[*sdk.DeleteTaskSetOutput](t)(s.deleteSet("web", green.Id, true))
	if seen := s.describe(t, "web"); seen.TaskDefinition != nil || seen.LaunchType != "FARGATE" || !slices.Equal(s.statuses(t, "web"), []string{"DRAINING", "DRAINING"}) {
		t.Errorf("after the primary task set was deleted: %+v", seen)
	}
	s.update(t, func(tx *store.Tx) { taskset.Remove(tx, taskset.Find(tx, *blue.TaskSetArn), time.Now()) })
	out := must[*sdk.DescribeTaskSetsOutput](t)(s.DescribeTaskSets(ctx, &sdk.DescribeTaskSetsInput{Cluster: inDefault, Service: aws.String("web"), TaskSets: []string{*blue.Id, *green.Id}}))
	if len(out.TaskSets) != 1 || len(out.Failures) != 1 || *out.Failures[0].Reason != "MISSING" || *out.Failures[0].Arn != *blue.TaskSetArn {
		t.Errorf("task sets %v, failures %v", out.TaskSets, out.Failures)
	}
	_, err = s.deleteSet("web", blue.Id, true)
	refused(t, err, "TaskSetNotFoundException", "TaskSet not found.")
}

func (s *server) statuses(t testing.TB, service string) (all []string) {
	t.Helper()
	for _, set := range s.describe(t, service).TaskSets {
		all = append(all, *set.Status)
	}
	return all
}

// scheduleSet writes what the scheduler would have found out of a task set.
func (s *server) scheduleSet(t testing.TB, arn string, desired int, steady bool) {
	t.Helper()
	s.update(t, func(tx *store.Tx) {
		set := taskset.Find(tx, arn).Clone()
		set.DesiredCount, set.Stability = desired, taskset.Stability{Steady: steady, At: time.Now()}
		taskset.Put(tx, set)
	})
}

// TestStabilityOfATaskSet: STEADY_STATE as the scheduler says, until something is asked for again (ECS0331).
func TestStabilityOfATaskSet(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	s.create(t, externalInput("web"))
	set := s.createSet(t, setInput("web", "web"))
	s.scheduleSet(t, *set.TaskSetArn, 0, true)
	if promoted := must[*sdk.UpdateServicePrimaryTaskSetOutput](t)(s.promote("web", set.Id)).TaskSet; promoted.StabilityStatus != "STEADY_STATE" {
		t.Errorf("promoted: %s", promoted.StabilityStatus)
	}
	if scaled := must[*sdk.UpdateTaskSetOutput](t)(s.scale("web", set.Id, 0)).TaskSet; scaled.StabilityStatus != "STABILIZING" {
		t.Errorf("scaled to what it was: %s", scaled.StabilityStatus)
	}
}

// TestRepeatedTaskSets are those with a client token.
func TestRepeatedTaskSets(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	s.create(t, externalInput("web"))
	in := setInput("web", "web")
	in.ClientToken = aws.String("one")
	first := s.createSet(t, in)
	in.Tags = tag("team", "shop") // which are not compared
	if again := s.createSet(t, in); *again.Id != *first.Id {
		t.Errorf("the same call made %s and %s", *first.Id, *again.Id)
	}
	in.ExternalId = aws.String("other")
	_, err := s.CreateTaskSet(ctx, in)
	refused(t, err, invalid, "Creation of task set was not idempotent.")
	in.ClientToken = nil
	if other := s.createSet(t, in); *other.Id == *first.Id || *other.ExternalId != "other" {
		t.Errorf("another call without a token: %+v", other)
	}
	for range 3 {
		s.createSet(t, setInput("web", "web"))
	}
	must[*sdk.DeleteTaskSetOutput](t)(s.deleteSet("web", first.Id, false))
	_, err = s.CreateTaskSet(ctx, setInput("web", "web"))
	refused(t, err, invalid, "5 deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.") // ECS0332
}

// TestTagsOfATaskSet: shown where asked for, and changed as tags of other resources.
func TestTagsOfATaskSet(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	s.create(t, externalInput("web"))
	in := setInput("web", "web")
	in.Tags = tag("team", "shop")
	set := s.createSet(t, in)
	must[*sdk.TagResourceOutput](t)(s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: set.TaskSetArn, Tags: tag("stage", "prod")}))
	must[*sdk.UntagResourceOutput](t)(s.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: set.TaskSetArn, TagKeys: []string{"team"}}))
	listed := must[*sdk.ListTagsForResourceOutput](t)(s.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: set.TaskSetArn})).Tags
	if len(listed) != 1 || *listed[0].Key != "stage" {
		t.Errorf("tags %v", listed)
	}
	for _, include := range [][]types.TaskSetField{nil, {types.TaskSetFieldTags}} {
		shown := must[*sdk.DescribeTaskSetsOutput](t)(s.DescribeTaskSets(ctx, &sdk.DescribeTaskSetsInput{
			Cluster: inDefault, Service: aws.String("web"), TaskSets: []string{*set.Id}, Include: include,
		})).TaskSets[0]
		if len(shown.Tags) != len(include) {
			t.Errorf("include %v: tags %v", include, shown.Tags)
		}
	}
	_, err := s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: aws.String(*set.TaskSetArn + "0"), Tags: tag("a", "b")})
	refused(t, err, invalid, "The specified task set is not found.")
}

// TestDeleteServiceWithTaskSets needs force, and drains them all.
func TestDeleteServiceWithTaskSets(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	s.create(t, externalInput("web"))
	s.createSet(t, setInput("web", "web"))
	_, err := s.DeleteService(ctx, &sdk.DeleteServiceInput{Service: aws.String("web")})
	refused(t, err, invalid, "The service cannot be stopped while it is scaled above 0.")
	must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(0)}))
	_, err = s.DeleteService(ctx, &sdk.DeleteServiceInput{Service: aws.String("web")})
	refused(t, err, invalid, "The service cannot be stopped while deployments are active.")
	gone := must[*sdk.DeleteServiceOutput](t)(s.DeleteService(ctx, &sdk.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)})).Service
	if *gone.Status != "DRAINING" || len(gone.TaskSets) != 1 || *gone.TaskSets[0].Status != "DRAINING" {
		t.Errorf("deleted: %+v", gone)
	}
	_, err = s.CreateTaskSet(ctx, setInput("web", "web"))
	refused(t, err, "ServiceNotActiveException", "Service was not ACTIVE.")

	s.create(t, externalInput("empty"))
	must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("empty"), DesiredCount: aws.Int32(0)}))
	must[*sdk.DeleteServiceOutput](t)(s.DeleteService(ctx, &sdk.DeleteServiceInput{Service: aws.String("empty")}))
}
