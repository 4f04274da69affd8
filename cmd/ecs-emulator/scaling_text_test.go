package main

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
)

// The name of an alarm and the cause of an activity have more than 80 characters.
func TestScalingFitsATerminal(t *testing.T) {
	alarm := "TargetTracking-service/shop/web-AlarmHigh-6aa702bf-50c2-4100-9f2f-f653e3ee3b5f"
	report := &applicationautoscaling.TargetReport{
		Service: "arn:aws:ecs:us-east-1:000000000000:service/shop/web", MinCapacity: 1, MaxCapacity: 3, Desired: 3, Running: 3,
		Policies: []applicationautoscaling.PolicyReport{{Name: "cpu", Alarms: []applicationautoscaling.AlarmReport{
			{Name: alarm, State: "ALARM", Values: []float64{80, 80, 80}, Wants: aws.Int32(4), Held: "the maximum is reached"},
		}}},
		Activities: []applicationautoscaling.ActivityReport{{
			StartedAt: time.Unix(1e9, 0), Status: "Failed", Description: "Attempting to scale due to alarm triggered",
			Cause: "monitor alarm " + alarm + " in state ALARM triggered policy cpu", NotScaled: []string{"AlreadyAtMaxCapacity"},
		}},
	}
	want := `service shop/web: desired 3, running 3, between 1 and 3

POLICY  ALARM                                             STATE  DATA      WANTS
cpu     TargetTracking-service/s…web-AlarmHigh-6aa702bf…  ALARM  80 80 80  4
  held by: the maximum is reached

STARTED               ENDED  STATUS
2001-09-09T01:46:40Z  -      Failed
  activity: Attempting to scale due to alarm triggered: AlreadyAtMaxCapacity
  cause: monitor alarm TargetTracking-service/shop/web-AlarmHigh-6aa702bf… in
  state ALARM triggered policy cpu
`
	if got := scalingOf(report, 80); got != want {
		t.Errorf("it shows\n%s\nwant\n%s", got, want)
	}
	if got := scalingOf(report, 0); strings.Count(got, alarm) != 2 {
		t.Errorf("into a pipe it shows\n%s", got)
	}
}
