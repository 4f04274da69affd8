package text

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

func TestFailureNote(t *testing.T) {
	end := &overview.Failure{Status: "ROLLBACK_FAILED", Reason: "No rollback candidate was found to run the rollback."}
	for want, d := range map[string]overview.Deployment{
		"": {TaskDefinition: "web:3"},
		"web:3 was not rolled back, ROLLBACK_FAILED: No rollback candidate was found to run the rollback.": {TaskDefinition: "web:3", Failure: end},
		"ROLLBACK_FAILED: No rollback candidate was found to run the rollback.":                            {TaskDefinition: "web:3", Failure: end, Rollback: &overview.Rollback{}},
	} {
		if got := failureNote(d); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAServiceWithoutInstancesHasAHint(t *testing.T) {
	r := &renderer{}
	for message, want := range map[string]int{
		"(service web) has reached a steady state.": 1,
		"(service web) was unable to place a task because no container instance met all of its requirements. " +
			"The reason for failure is No Container Instances were found in your cluster.": 2,
	} {
		s := &overview.Service{NotAsWanted: "0 of 1 tasks run", Deployments: []overview.Deployment{{}}, LastEvent: &overview.Event{Message: message}}
		if notes := r.serviceNotes(s); len(notes) != want {
			t.Errorf("%q has the notes %q", message, notes)
		}
	}
}

func TestTrafficNote(t *testing.T) {
	shift := &overview.TrafficShift{Stage: "BAKE_TIME"}
	for want, deployments := range map[string][]overview.Deployment{
		"":          {{Status: "PRIMARY"}},
		"BAKE_TIME": {{Status: "PRIMARY", TrafficShift: shift}},
		"BAKE_TIME, PRIMARY has 99.9 % of the requests, ACTIVE has 0.1 % of the requests": {
			{Status: "PRIMARY", TrafficShift: shift, ProductionWeight: aws.Float64(99.9)}, {Status: "ACTIVE", ProductionWeight: aws.Float64(0.1)},
		},
		"TEST_TRAFFIC_SHIFT on its way back, PRIMARY has 100 % of the requests": {
			{Status: "PRIMARY", TrafficShift: &overview.TrafficShift{Stage: "TEST_TRAFFIC_SHIFT", Back: true}, ProductionWeight: aws.Float64(100)},
		},
		"PRE_SCALE_UP, waits for ecs-pause-1, waits for ecs-pause-2, until aws ecs continue-service-deployment decides": {
			{Status: "PRIMARY", TrafficShift: &overview.TrafficShift{Stage: "PRE_SCALE_UP", Hooks: []string{"ecs-pause-1", "ecs-pause-2"}}},
		},
	} {
		if got := trafficNote(deployments); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Where there is no room for all states, the row says how many are healthy of those that are to be.
func TestTargetsWithoutRoom(t *testing.T) {
	for want, of := range map[string]map[string]int{
		"2/4 healthy":        {"unhealthy": 1, "initial": 1, "draining": 3, "unused": 1, "healthy": 2},
		"2/2 healthy":        {"draining": 1, "unhealthy.draining": 3, "healthy": 2},
		"0/1 healthy":        {"unavailable": 1, "unhealthy.draining": 10},
		"1 draining, 1 unu…": {"draining": 1, "unused": 1},
	} {
		shown := targets([]overview.TargetGroup{{Targets: of}})
		if got := cut(shown.in(18), 18); got != want {
			t.Errorf("%q becomes %q, want %q", shown.text, got, want)
		}
	}
	if shown := targets([]overview.TargetGroup{{Targets: map[string]int{"healthy": 2}}}); shown.in(13) != "2 healthy" {
		t.Errorf("where there is room: %q", shown.in(13))
	}
}

// A group is not cut for the definition, which tells less.
func TestGroupsBeforeDefinitions(t *testing.T) {
	at := func(width int, parts ...string) {
		t.Helper()
		one := task(1, "service:shop-api", "RUNNING", time.Hour)
		one.HealthStatus = "HEALTHY"
		got := Render(&overview.Overview{Tasks: []overview.Task{one}, TaskCount: 1}, Options{Width: width, Now: now})
		for _, part := range parts {
			if !strings.Contains(got, part) {
				t.Errorf("in %d columns it is without %q:\n%s", width, part, got)
			}
		}
	}
	at(80, "  service:shop-api  ", "127.0.0.1:49151  60m\n")
	at(120, "  service:shop-api  ", "  172.31.16.1  ", "  shop-api:3\n")
}
