package emulator_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

func answerNothing(context.Context, []byte) ([]byte, error) { return nil, nil }

func takeNothing(context.Context, []byte) error { return nil }

func TestOneAnswerForAnARN(t *testing.T) {
	one := map[string]string{hookTarget: "http://localhost:1"}
	for name, c := range map[string]struct {
		o    emulator.Options
		want string
	}{
		"both URLs":  {emulator.Options{Hooks: one, EventTargets: map[string]string{hookTarget: "http://localhost:2"}}, "give one of them"},
		"no ARN":     {emulator.Options{EventTargets: map[string]string{"jobs": "http://localhost"}}, `"jobs" is no ARN`},
		"no URL":     {emulator.Options{EventTargets: map[string]string{hookTarget: "localhost"}}, "is no URL such as"},
		"no Lambda":  {emulator.Options{Hooks: map[string]string{"arn:aws:sqs:us-east-1:000000000000:jobs": "http://localhost"}}, "is not the ARN of a Lambda function"},
		"both funcs": {emulator.Options{HookFuncs: map[string]emulator.HookFunc{hookTarget: answerNothing}, EventTargetFuncs: map[string]emulator.EventTargetFunc{hookTarget: takeNothing}}, "give one of them"},
	} {
		t.Run(name, func(t *testing.T) {
			srv, err := emulator.New(c.o)
			if err == nil {
				srv.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
