package emulator_test

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
)

// Two tasks of 0.25 vCPU and 0.5 GB for an hour are 2 × (0.25 × 0.04048 + 0.5 × 0.004445) dollars, whether they still run or have
// ended, and also when ECS has forgotten them. A task that ends at once pays for a minute.
func TestCostsOfFargate(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: emulator.Still})
	clock := w.srv.Clock()
	job := w.register("job", "app")
	ids := []string{w.runTask(job), w.runTask(job)}
	for _, id := range ids {
		w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	}
	w.must(clock.Advance(time.Hour))
	w.expectTotal("while they run", 0.024685)
	for _, id := range ids {
		_, err := w.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: &id})
		w.must(err)
		w.eventually("it has stopped", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	}
	w.expectTotal("when they have stopped", 0.024685)
	w.must(clock.Advance(100 * time.Hour))
	costs := w.expectTotal("when they are forgotten", 0.024685)
	if s := costs.Standalone; len(s) != 1 || s[0].Family != "job" || s[0].ClusterName != "default" || len(s[0].Usage) != 1 ||
		s[0].Usage[0].TaskSeconds != 7200 || s[0].Usage[0].Tasks != 2 || s[0].Usage[0].VCPUHours != 0.5 || s[0].Usage[0].GBHours != 1 {
		t.Errorf("standalone: %+v", s)
	}

	if sums := ledger.Sums(w.srv.Rows().Read()); len(sums) != 1 || !sums[0].Day {
		t.Errorf("after two days the ledger has %+v", sums)
	}

	w.must(w.srv.Reset())
	w.expectTotal("after a reset", 0)
	id := w.runTask(w.register("once", "app", "exit", "1"))
	w.eventually("it has stopped", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	w.expectTotal("of a task that ends at once", 0.000205708) // 60 / 3600 × 0.0123425
}

func (w *world) expectTotal(when string, want float64) emulator.Costs {
	w.Helper()
	costs := w.srv.Costs()
	if costs.Total != want {
		w.Errorf("%s: %v dollars, want %v", when, costs.Total, want)
	}
	return costs
}

// A task of a service runs for 200 days. It costs the same while it runs, when it has ended, and when ECS has forgotten it and its
// service deployment.
func TestCostsOfALongTask(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: emulator.Still})
	w.createService("web", w.register("web", "app"), 1)
	w.eventually("it runs", func() bool { return w.service("web").RunningCount == 1 })
	const day = 24 * time.Hour
	id := w.listTasks()[0]
	w.must(w.srv.Clock().Advance(200 * day))
	want := w.srv.Costs().Total
	if math.Abs(want-200*24*0.0123425) > 0.01 {
		t.Errorf("it costs %v", want)
	}
	_, err := w.client.DeleteService(t.Context(), &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)})
	w.must(err)
	w.eventually("it has ended", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	w.expectTotal("when it has ended", want)
	w.must(w.srv.Clock().Advance(100 * day))
	costs := w.expectTotal("when it is forgotten", want)
	if s := costs.Services[0]; len(s.Deployments) != 0 || s.Usage[0].Tasks != 1 || s.Usage[0].TaskSeconds < 200*24*3600 {
		t.Errorf("the service: %+v", s)
	}
}

// The endpoint answers as Costs does, filters, and refuses what cannot be.
func TestCostsByHTTP(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: emulator.Still})
	w.createService("web", w.register("web", "app"), 2)
	w.eventually("it runs", func() bool { return w.service("web").RunningCount == 2 })
	id := w.runTask(w.register("job", "app"))
	w.eventually("the job runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	w.must(w.srv.Clock().Advance(3 * time.Hour))
	ask := func(query string) (status int, body string, costs emulator.Costs) {
		t.Helper()
		answer, err := http.Get(w.srv.URL() + "/_emulator/costs?" + query)
		w.must(err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		w.must(err)
		if answer.StatusCode == http.StatusOK {
			w.must(json.Unmarshal(text, &costs))
		}
		return answer.StatusCode, string(text), costs
	}
	_, body, all := ask("")
	own := w.srv.Costs()
	own.RealSeconds, all.RealSeconds = 0, 0
	if !reflect.DeepEqual(own, all) {
		t.Errorf("by HTTP %+v, by Costs %+v", all, own)
	}
	if strings.Contains(body, ": null,\n  \"standalone") || len(all.Services) != 1 || len(all.Standalone) != 1 || all.Total != 9*0.0123425 {
		t.Errorf("all of it: %s", body)
	}
	if _, _, of := ask("service=web"); of.Total != 0.074055 || len(of.Standalone) != 0 {
		t.Errorf("of the service: %+v", of)
	}
	since := w.srv.Clock().Now().Add(-time.Hour)
	if _, _, of := ask("cluster=default&since=" + url.QueryEscape(since.Format(time.RFC3339))); !of.From.Equal(since.Truncate(time.Hour)) || of.Total >= all.Total {
		t.Errorf("of the last hour: %+v", of)
	}
	for query, want := range map[string]struct {
		status int
		text   string
	}{
		"cluster=other":                {404, `there is no cluster \"other\"; there is default`},
		"service=api":                  {404, `there is no service \"api\"; there is web`},
		"cluster=default&service=api":  {404, `there is no service \"api\"; there is web`},
		"since=yesterday":              {400, "since is not a time such as 2026-01-31T15:04:05Z: yesterday"},
		"since=2999-01-01T00:00:00Z":   {400, "since is later than the clock's"},
		"instance-type=m5.huge":        {400, "instance-type is no type of EC2 that the emulator knows, such as m5.12xlarge"},
		"instance-type=quantum.medium": {400, "such as t3.medium, m5.large"},
	} {
		if status, body, _ := ask(query); status != want.status || !strings.Contains(body, want.text) {
			t.Errorf("?%s: %d %s", query, status, body)
		}
	}
}

// While a rolling update goes on, the tasks of both revisions are billed: two beyond the desired count for as long as the new ones
// have to run.
func TestCostsOfADeployment(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: emulator.Still})
	w.createService("web", w.register("web", "app"), 2)
	w.eventually("it runs", func() bool { return w.service("web").RunningCount == 2 })
	w.must(w.srv.Clock().Advance(time.Hour))
	definition := w.register("web", "app:2")
	_, err := w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: &definition})
	w.must(err)
	w.must(w.srv.Clock().Advance(time.Hour))
	w.eventually("it is deployed", func() bool { return len(w.service("web").Deployments) == 1 && w.service("web").RunningCount == 2 })
	costs := w.srv.Costs()
	if len(costs.Services) != 1 || len(costs.Services[0].Deployments) != 2 {
		t.Fatalf("services: %+v", costs.Services)
	}
	last, first := costs.Services[0].Deployments[0], costs.Services[0].Deployments[1]
	// The new tasks run for 40 s until the old ones stop, two beyond the two that are wanted.
	if last.TaskDefinition != "web:2" || last.Status != "SUCCESSFUL" || last.ExtraTaskSeconds < 80 || last.ExtraTaskSeconds > 82 ||
		math.Abs(*last.ExtraCost-last.ExtraTaskSeconds/3600*0.0123425) > 1e-9 || last.TaskSeconds != 7200 || last.FinishedAt.IsZero() {
		t.Errorf("the last deployment: %+v, extra cost %v", last, *last.ExtraCost)
	}
	if first.TaskDefinition != "web:1" || first.Status != "SUCCESSFUL" || first.ExtraTaskSeconds != 0 || *first.ExtraCost != 0 || first.TaskSeconds != 7282 {
		t.Errorf("the first deployment: %+v, extra cost %v", first, *first.ExtraCost)
	}

	_, err = w.client.DeleteService(t.Context(), &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)})
	w.must(err)
	w.must(w.srv.Clock().Advance(100 * time.Hour))
	if after := w.srv.Costs(); len(after.Services) != 1 || after.Total != costs.Total || len(after.Services[0].Deployments) != 2 || !reflect.DeepEqual(after.Services, costs.Services) {
		t.Errorf("of a deleted service %+v is left of %+v", after.Services, costs.Services)
	}
}
