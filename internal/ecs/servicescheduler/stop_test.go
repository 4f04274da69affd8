package servicescheduler

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestScaleInStopsWhatServesLeast(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 4 })
	f.schedule()
	tasks := f.tasks()
	f.run(tasks[0])
	f.now = f.now.Add(30 * time.Second)
	f.run(tasks[1])
	f.now = f.now.Add(11 * time.Second) // the first is healthy, the second is young
	for desired, want := range map[int][]bool{3: {true, true}, 2: {true, true}, 1: {true, false}} {
		f.change(func(s *state.Service) { s.DesiredCount = desired })
		in := f.input()
		stopped := map[string]bool{}
		for _, v := range Decide(in).Verbs {
			if v, ok := v.(verb.StopTasks); ok {
				for _, arn := range v.Tasks {
					stopped[arn] = true
				}
			}
		}
		if len(stopped) != 4-desired || stopped[tasks[0].ARN] == want[0] || stopped[tasks[1].ARN] == want[1] {
			t.Errorf("desired %d: stopped %d, healthy one %v, young one %v",
				desired, len(stopped), stopped[tasks[0].ARN], stopped[tasks[1].ARN])
		}
	}
	f.change(func(s *state.Service) { s.DesiredCount = 1 })
	seen := len(f.messages())
	f.schedule()
	f.expectMessages(seen,
		"(service web) has stopped 1 running tasks: (task T).",
		"(service web) stopped 2 pending tasks.")
}

func TestTasksAreBalancedOverZonesThroughScaling(t *testing.T) {
	f := newFixture(t, nil)
	for _, desired := range []int{1, 7, 3, 8, 2, 6} {
		f.change(func(s *state.Service) { s.DesiredCount = desired })
		f.settle()
		zones := map[string]int{}
		for _, task := range f.tasks() {
			zones[task.Placement.Zone]++
		}
		least, most := desired/3, (desired+2)/3
		for _, zone := range ec2network.Zones("us-east-1") {
			if n := zones[zone]; n < least || n > most {
				t.Errorf("%d tasks: %v", desired, zones)
			}
		}
	}
}

func TestCapacityProviderStrategyHoldsThroughScaling(t *testing.T) {
	f := newFixture(t, func(s *state.Service) {
		s.Primary().Revision.LaunchType = ""
		s.Primary().Revision.CapacityProviderStrategy = []types.CapacityProviderStrategyItem{
			{CapacityProvider: aws.String("FARGATE"), Base: 1, Weight: 1},
			{CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 3},
		}
	})
	for _, test := range []struct{ desired, onDemand int }{{1, 1}, {5, 2}, {9, 3}, {5, 2}, {2, 1}, {1, 1}} {
		f.change(func(s *state.Service) { s.DesiredCount = test.desired })
		f.settle()
		count := map[string]int{}
		for _, task := range f.tasks() {
			count[task.Placement.CapacityProvider]++
			if task.Spec.LaunchType != types.LaunchTypeFargate {
				t.Errorf("launch type %s", task.Spec.LaunchType)
			}
		}
		if count["FARGATE"] != test.onDemand || count["FARGATE_SPOT"] != test.desired-test.onDemand {
			t.Errorf("%d tasks: %v", test.desired, count)
		}
	}
}

func TestTasksInheritFromTheirService(t *testing.T) {
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	f := newFixture(t, func(s *state.Service) {
		s.DesiredCount = 1
		s.Tags = []types.Tag{tag("from", "service")}
		s.EnableECSManagedTags = true
		s.PropagateTags = types.PropagateTagsService
		s.EnableExecuteCommand = true
	})
	f.schedule()
	task := f.tasks()[0]
	want := []string{"from=service", "aws:ecs:clusterName=c", "aws:ecs:serviceName=web"}
	if got := tagsOf(task); !slices.Equal(got, want) {
		t.Errorf("tags %v", got)
	}
	id := f.service().Primary().ID
	if s := task.Spec; s.Group != "service:web" || s.StartedBy != id || s.DeploymentID != id || s.ServiceARN != serviceARN ||
		!s.EnableExecuteCommand || s.PlatformVersion != "1.4.0" || !slices.Equal(s.SecurityGroups, []string{ec2network.DefaultSecurityGroup}) {
		t.Errorf("spec %+v", s)
	}
	f.change(func(s *state.Service) {
		s.PropagateTags, s.EnableECSManagedTags = types.PropagateTagsTaskDefinition, false
	})
	f.end(task, types.TaskStopCodeUserInitiated)
	f.schedule()
	if got := tagsOf(f.tasks()[0]); !slices.Equal(got, []string{"from=definition"}) {
		t.Errorf("tags %v", got)
	}
}

func tagsOf(task *state.Task) []string {
	var tags []string
	for _, tag := range task.Tags {
		tags = append(tags, *tag.Key+"="+*tag.Value)
	}
	return tags
}

func TestStartsAreAnnouncedInTens(t *testing.T) {
	f := newFixture(t, func(s *state.Service) { s.DesiredCount = 12 })
	f.schedule()
	if got := f.messages(); len(got) != 2 || got[1][:len("(service web) has started 2 tasks: ")] != "(service web) has started 2 tasks: " {
		t.Errorf("%q", got)
	}
}
