package emulator_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestTheLogTellsWhatBecomesOfStacks, with the resource that has failed and why.
func TestTheLogTellsWhatBecomesOfStacks(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	w := start(t, emulator.Options{Log: slog.New(slog.NewTextHandler(&log, nil)), InProcess: true})
	stacks := cloudformation.NewFromConfig(w.srv.Config())
	for name, property := range map[string]string{"good": "RetentionInDays", "bad": "Retention"} {
		_, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: &name, TemplateBody: aws.String(
			`{"Resources":{"Group":{"Type":"AWS::Logs::LogGroup","Properties":{"` + property + `":7}}}}`)})
		w.ok(err)
	}
	for _, want := range []string{
		`level=INFO msg="the operation on a stack has ended" stack=good status=CREATE_COMPLETE`,
		`level=WARN msg="a stack has failed, or a resource of it" stack=bad resource=Group status=CREATE_FAILED reason="Properties validation failed for resource Group`,
		`level=INFO msg="the operation on a stack has ended" stack=bad status=ROLLBACK_COMPLETE`,
	} {
		w.eventually("the log says "+want, func() bool { return strings.Contains(log.String(), want) })
	}
}
