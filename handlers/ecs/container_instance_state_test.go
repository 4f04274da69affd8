package ecs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestAContainerInstanceDrainsAndComesBack(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	drained, other := s.registerInstance(t, nil).ContainerInstanceArn, s.registerInstance(t, nil).ContainerInstanceArn
	gone := s.registerInstance(t, nil).ContainerInstanceArn
	must[*sdk.DeregisterContainerInstanceOutput](t)(s.DeregisterContainerInstance(ctx, &sdk.DeregisterContainerInstanceInput{
		Cluster: aws.String("shop"), ContainerInstance: gone,
	}))
	set := func(status types.ContainerInstanceStatus, ids ...string) (*sdk.UpdateContainerInstancesStateOutput, error) {
		return s.UpdateContainerInstancesState(ctx, &sdk.UpdateContainerInstancesStateInput{
			Cluster: aws.String("shop"), ContainerInstances: ids, Status: status,
		})
	}
	out := must[*sdk.UpdateContainerInstancesStateOutput](t)(set(types.ContainerInstanceStatusDraining, *drained, strings.Repeat("0", 32), *gone))
	if len(out.ContainerInstances) != 1 || *out.ContainerInstances[0].Status != "DRAINING" || out.ContainerInstances[0].Version != 2 {
		t.Errorf("drained: %+v", out.ContainerInstances)
	}
	if len(out.Failures) != 2 || *out.Failures[0].Reason != "MISSING" || *out.Failures[1].Reason != "INACTIVE" || *out.Failures[1].Arn != *gone {
		t.Errorf("failures: %v", out.Failures)
	}
	list := func(in sdk.ListContainerInstancesInput) []string {
		t.Helper()
		in.Cluster = aws.String("shop")
		return must[*sdk.ListContainerInstancesOutput](t)(s.ListContainerInstances(ctx, &in)).ContainerInstanceArns
	}
	if got := list(sdk.ListContainerInstancesInput{Status: types.ContainerInstanceStatusDraining}); !slices.Equal(got, []string{*drained}) {
		t.Errorf("DRAINING: %v", got)
	}
	if n := s.describeCluster(t, "shop").RegisteredContainerInstancesCount; n != 2 {
		t.Errorf("%d registered, want the DRAINING one as well", n)
	}
	s.placeTask(t, other, nil)
	if got := list(sdk.ListContainerInstancesInput{Filter: aws.String("task:group == family:web and attribute:ecs.os-type == linux")}); !slices.Equal(got, []string{*other}) {
		t.Errorf("with a task of the group: %v", got)
	}
	_, err := s.ListContainerInstances(ctx, &sdk.ListContainerInstancesInput{Cluster: aws.String("shop"), Filter: aws.String("attribute:")})
	if err == nil || !strings.Contains(err.Error(), "InvalidParameterException") {
		t.Errorf("a malformed filter: %v", err)
	}

	// Again is no change.
	if again := must[*sdk.UpdateContainerInstancesStateOutput](t)(set(types.ContainerInstanceStatusDraining, *drained)); again.ContainerInstances[0].Version != 2 {
		t.Errorf("drained again: %+v", again.ContainerInstances)
	}
	back := must[*sdk.UpdateContainerInstancesStateOutput](t)(set(types.ContainerInstanceStatusActive, *drained))
	if *back.ContainerInstances[0].Status != "ACTIVE" || back.ContainerInstances[0].Version != 3 {
		t.Errorf("back: %+v", back.ContainerInstances)
	}

	_, err = set(types.ContainerInstanceStatusDeregistering, *drained)
	refused(t, err, "InvalidParameterException", "Container instance status should be one of [ACTIVE, DRAINING]")
	_, err = set(types.ContainerInstanceStatusActive, make([]string, 11)...)
	refused(t, err, "InvalidParameterException", "instanceIds can have at most 10 items.")
	_, answer := s.send(t, "UpdateContainerInstancesState", `{"cluster":"shop","status":"ACTIVE","containerInstances":[]}`)
	if answer != `{"__type":"InvalidParameterException","message":"Container instance cannot be empty."}` {
		t.Error(answer)
	}
}

func TestAnAgentIsUpdated(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	instance := s.registerInstance(t, nil).ContainerInstanceArn
	update := func(id *string) (*sdk.UpdateContainerAgentOutput, error) {
		return s.UpdateContainerAgent(ctx, &sdk.UpdateContainerAgentInput{Cluster: aws.String("shop"), ContainerInstance: id})
	}
	asked := must[*sdk.UpdateContainerAgentOutput](t)(update(instance)).ContainerInstance
	if asked.AgentUpdateStatus != types.AgentUpdateStatusPending || *asked.VersionInfo.AgentVersion != "1.90.0" {
		t.Errorf("asked for: %+v", asked)
	}
	_, err := update(instance)
	refused(t, err, "UpdateInProgressException", "There is already an update in progress for your container agent.")

	// It is done when its time has come, whether or not it is described, and once.
	later := time.Now().Add(time.Minute)
	s.update(t, func(tx *store.Tx) { state.EndAgentUpdates(tx, time.Now()) })
	s.update(t, func(tx *store.Tx) { state.EndAgentUpdates(tx, later) })
	s.update(t, func(tx *store.Tx) { state.EndAgentUpdates(tx, later) })
	done := s.describeInstance(t, instance)
	if done.AgentUpdateStatus != types.AgentUpdateStatusUpdated || *done.VersionInfo.AgentVersion != "1.94.0" || *done.VersionInfo.DockerVersion != "DockerVersion: 25.0.13" || done.Version != 3 {
		t.Errorf("updated: %+v, %s", done, *done.VersionInfo.AgentVersion)
	}
	_, err = update(instance)
	refused(t, err, "NoUpdateAvailableException", "There is no update available for your container agent.")
	nameless := s.registerInstance(t, func(in *sdk.RegisterContainerInstanceInput) { in.VersionInfo = nil }).ContainerInstanceArn
	_, err = update(nameless)
	refused(t, err, "MissingVersionException", "The current version of your container agent could not be determined.")
}

func TestAttributesOfContainerInstances(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	instance := s.registerInstance(t, nil).ContainerInstanceArn
	id := (*instance)[len(*instance)-32:]
	of := func(name, value string) types.Attribute {
		return types.Attribute{Name: &name, Value: &value, TargetId: instance}
	}
	put := func(list ...types.Attribute) (*sdk.PutAttributesOutput, error) {
		return s.PutAttributes(ctx, &sdk.PutAttributesInput{Cluster: aws.String("shop"), Attributes: list})
	}
	list := func(name, value string) string {
		t.Helper()
		in := &sdk.ListAttributesInput{Cluster: aws.String("shop"), TargetType: types.TargetTypeContainerInstance, MaxResults: aws.Int32(1)}
		if name != "" {
			in.AttributeName = &name
		}
		if value != "" {
			in.AttributeValue = &value
		}
		var found []string
		for pages := sdk.NewListAttributesPaginator(s.Client, in); pages.HasMorePages(); {
			for _, a := range must[*sdk.ListAttributesOutput](t)(pages.NextPage(ctx)).Attributes {
				if *a.TargetId != *instance || a.TargetType != types.TargetTypeContainerInstance {
					t.Errorf("target of %s: %s %s", *a.Name, a.TargetType, *a.TargetId)
				}
				found = append(found, *a.Name+"="+aws.ToString(a.Value))
			}
		}
		return strings.Join(found, " ")
	}

	out := must[*sdk.PutAttributesOutput](t)(put(of("stack", "prod"),
		types.Attribute{Name: aws.String("rack"), TargetId: &id, TargetType: types.TargetTypeContainerInstance}))
	if len(out.Attributes) != 2 || *out.Attributes[1].TargetId != *instance || out.Attributes[1].Value != nil {
		t.Errorf("put: %v", out.Attributes)
	}
	must[*sdk.PutAttributesOutput](t)(put(of("stack", "test")))
	if got := list("", ""); got != "ecs.ami-id=ami-0123456789abcdef0 ecs.availability-zone=eu-west-1b ecs.cpu-architecture=arm64 "+
		"ecs.instance-type=m7g.large ecs.os-family=LINUX ecs.os-type=linux rack= stack=test" {
		t.Errorf("all: %s", got)
	}
	if got := list("stack", "test"); got != "stack=test" || list("stack", "prod") != "" {
		t.Errorf("by value: %s", got)
	}

	remove := func(name string, value *string) {
		t.Helper()
		must[*sdk.DeleteAttributesOutput](t)(s.DeleteAttributes(ctx, &sdk.DeleteAttributesInput{
			Cluster: aws.String("shop"), Attributes: []types.Attribute{{Name: &name, Value: value, TargetId: instance}},
		}))
	}
	remove("stack", aws.String("prod"))
	remove("rack", nil)
	if got := list("stack", "") + list("rack", ""); got != "stack=test" {
		t.Errorf("after deletions: %s", got)
	}

	_, err := put(of("ecs.os-type", "windows"))
	refused(t, err, "InvalidParameterException", "Attribute name is reserved: ecs.os-type")
	_, err = put(types.Attribute{Name: aws.String("a"), TargetId: aws.String(strings.Repeat("0", 32)), TargetType: types.TargetTypeContainerInstance})
	refused(t, err, "TargetNotFoundException", "Could not find "+strings.Repeat("0", 32))
	_, err = put(types.Attribute{Name: aws.String("a"), TargetId: &id})
	refused(t, err, "InvalidParameterException", "targetType can not be empty.")
	_, err = put(types.Attribute{Name: aws.String("a")})
	refused(t, err, "InvalidParameterException", "targetId can not be empty.")
	if _, answer := s.send(t, "PutAttributes", `{"cluster":"shop","attributes":[]}`); answer != `{"__type":"InvalidParameterException","message":"attributes can not be empty"}` {
		t.Error(answer)
	}
	var ten []types.Attribute
	for c := range 10 {
		ten = append(ten, of(string(rune('a'+c)), "1"))
	}
	_, err = put(ten...)
	refused(t, err, "AttributeLimitExceededException", "A container instance can have at most 10 custom attributes.")
	if list("a", "") != "" {
		t.Error("a refused request has put some of its attributes")
	}
}
