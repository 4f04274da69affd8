package emulator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// TestAnswersHaveNoCharacterThatMovesACursor, wherever they are shown: lines of logs and reasons may have any.
func TestAnswersHaveNoCharacterThatMovesACursor(t *testing.T) {
	t.Parallel()
	w := start(t)
	task := w.runTask(w.definition("cause", func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
		app.DockerLabels = map[string]string{"ecs-emulator.sim.exit-code": "1", "ecs-emulator.sim.logs": "\x1b[2J\x1b]0;title\a<b>all is well</b>"}
	}))
	w.untilStoppedTask(task)
	r, err := w.srv.Why(task)
	w.must(err)
	text := fmt.Sprint(r.Answers)
	if strings.ContainsAny(text, "\x1b\a\n") || !strings.Contains(text, "<b>all is well</b>") {
		t.Errorf("%q", text)
	}
}
