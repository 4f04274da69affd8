package emulator_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

func TestTheOverviewTellsOfAPullThatTakesLong(t *testing.T) {
	t.Parallel()
	engine := sim.New(sim.Options{Scripts: []sim.Rule{{Image: "*", Script: sim.Script{PullDelay: time.Hour}}}})
	t.Cleanup(func() { _ = engine.Close() })
	w := start(t, emulator.Options{Backend: engine})
	task := w.runTask(w.register("web", "example.com/web:1"))
	w.eventually("it is told", func() bool {
		response, err := http.Get(w.srv.URL() + "/_emulator/overview")
		w.must(err)
		defer response.Body.Close()
		var view overview.Overview
		w.must(json.NewDecoder(response.Body).Decode(&view))
		if len(view.Tasks) != 1 || view.Tasks[0].ARN != task {
			t.Fatalf("the tasks are %+v", view.Tasks)
		}
		pulls := view.Tasks[0].Pulls
		return len(pulls) == 1 && pulls[0] == overview.Pull{Image: "example.com/web:1"}
	})
}
