package autoscaling

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

func TestUpdatePolicy(t *testing.T) {
	for text, want := range map[string]updatePolicy{
		"~": {}, "{AutoScalingReplacingUpdate: {WillReplace: 'true'}}": {},
		"{AutoScalingRollingUpdate: {}}": {rolling: &rollingPolicy{batch: 1, successful: 100}},
		"{AutoScalingRollingUpdate: {MaxBatchSize: '3', MinInstancesInService: 2, PauseTime: PT1M30S, SuspendProcesses: [Launch]}}": {rolling: &rollingPolicy{
			batch: 3, inService: 2, successful: 100, pause: 90 * time.Second, pauseTime: "PT1M30S", suspend: []string{"Launch"},
		}},
		"{AutoScalingRollingUpdate: {WaitOnResourceSignals: true, MinSuccessfulInstancesPercent: 50}}": {rolling: &rollingPolicy{
			batch: 1, successful: 50, pause: 5 * time.Minute, pauseTime: "PT5M", signals: true,
		}},
		"{AutoScalingRollingUpdate: {PauseTime: PT1H}}":                             {rolling: &rollingPolicy{batch: 1, successful: 100, pause: time.Hour, pauseTime: "PT1H"}},
		"{AutoScalingScheduledAction: {IgnoreUnmodifiedGroupSizeProperties: true}}": {ignoresSizes: true},
	} {
		if got, err := readUpdatePolicy(read(t, text)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"{UseOnlineResharding: {}}":                                       "the UpdatePolicy UseOnlineResharding",
		"{UseOnlineResharding: true}":                                     "the UpdatePolicy UseOnlineResharding",
		"{AutoScalingRollingUpdate: true}":                                "AutoScalingRollingUpdate that is no object",
		"{AutoScalingRollingUpdate: {SuspendProcesses: {a: b}}}":          "SuspendProcesses",
		"{AutoScalingRollingUpdate: {MinActiveInstancesPercent: 50}}":     "MinActiveInstancesPercent of AutoScalingRollingUpdate",
		"{AutoScalingRollingUpdate: {MaxBatchSize: 0}}":                   `"0" of MaxBatchSize`,
		"{AutoScalingRollingUpdate: {MinSuccessfulInstancesPercent: x}}":  `"x" of MinSuccessfulInstancesPercent`,
		"{AutoScalingRollingUpdate: {MinSuccessfulInstancesPercent: 50}}": "without WaitOnResourceSignals",
		"{AutoScalingRollingUpdate: {PauseTime: 5M}}":                     `"5M" of PauseTime`,
		"{AutoScalingRollingUpdate: {PauseTime: PT61M}}":                  `"PT61M" of PauseTime`,
		"{AutoScalingReplacingUpdate: {WillReplace: maybe}}":              `"maybe" of WillReplace`,
		"{AutoScalingScheduledAction: {Ignore: true}}":                    "Ignore of an UpdatePolicy",
	} {
		if err := checkUpdatePolicy(read(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func read(t *testing.T, text string) *document.Value {
	t.Helper()
	root, err := document.Read("P: " + text)
	if err != nil {
		t.Fatal(err)
	}
	return root.Get("P")
}
