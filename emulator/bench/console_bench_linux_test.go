package bench_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// fetch is the answer of a GET, and how long it took.
func (w *world) fetch(path string) (body string, took time.Duration) {
	w.Helper()
	began := time.Now()
	answer, err := http.Get(w.URL() + path)
	w.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	w.must(err)
	if answer.StatusCode != http.StatusOK {
		w.Fatalf("%s: %d: %s", path, answer.StatusCode, text)
	}
	return string(text), time.Since(began)
}

// BenchmarkGoalServicePage is how long the console takes for the page of a service with 100 of its 10,000 tasks, and how much of
// the time of an overview that is, which reads the whole store.
func BenchmarkGoalServicePage(b *testing.B) {
	const tasks = 10_000
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim", Quotas: map[string]int{"tasks-per-service": tasks}})
		w.register("web")
		w.createService("web", tasks)
		w.awaitRunning(tasks)
		var page, overview []time.Duration
		for range 21 {
			body, took := w.fetch("/_emulator/console/services/default/web")
			if n := strings.Count(body, `id="task-`); n != 100 {
				b.Fatalf("the page has %d tasks", n)
			}
			page = append(page, took)
			_, took = w.fetch("/_emulator/overview?tasks=100")
			overview = append(overview, took)
		}
		median := percentile(page, 50)
		b.ReportMetric(median, "ms≤20")
		b.ReportMetric(median/percentile(overview, 50), "ratio≤2")
	}
}

// BenchmarkGoalConsoleViewers is the processor time with 100 viewers of the page of a service of 1,000 tasks that move, divided by
// that with one viewer; the page is rendered as often for both.
func BenchmarkGoalConsoleViewers(b *testing.B) {
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim"})
		w.register("web")
		w.createService("web", 1000)
		w.awaitRunning(1000)
		one, rendersOfOne := w.watched(1)
		hundred, renders := w.watched(100)
		b.ReportMetric(hundred/one, "ratio≤3")
		b.ReportMetric(renders/rendersOfOne, "renders-ratio≤1.2")
	}
}

// watched is the processor time of some seconds in which tasks of the service web stop and start, and how often in a second its
// page is rendered for so many viewers.
func (w *world) watched(viewers int) (cpu, renders float64) {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	var watching sync.WaitGroup
	for range viewers {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL()+"/_emulator/console/services/default/web", nil)
		w.must(err)
		r.Header.Set("Accept", "text/event-stream")
		answer, err := http.DefaultClient.Do(r)
		w.must(err)
		watching.Go(func() {
			defer answer.Body.Close()
			_, _ = io.Copy(io.Discard, answer.Body) // until ctx ends
		})
	}
	before, rendered, began := w.used().Seconds(), w.renders(), time.Now()
	for range 20 {
		out, err := w.ecs.ListTasks(w.Context(), &ecs.ListTasksInput{ServiceName: aws.String("web"), MaxResults: aws.Int32(5)})
		w.must(err)
		for _, task := range out.TaskArns {
			_, err := w.ecs.StopTask(w.Context(), &ecs.StopTaskInput{Task: &task})
			w.must(err)
		}
		time.Sleep(250 * time.Millisecond)
	}
	cpu, renders = w.used().Seconds()-before, (w.renders()-rendered)/time.Since(began).Seconds()
	cancel()
	watching.Wait()
	return cpu, renders
}

func (w *world) renders() (n float64) {
	w.Helper()
	body, _ := w.fetch("/metrics")
	_, rest, _ := strings.Cut(body, "\necs_emulator_console_renders_total ")
	_, err := fmt.Sscan(rest, &n)
	w.must(err)
	return n
}

// BenchmarkGoalConsoleUnwatched is how many tasks a client runs in a second beside a console that is not looked at, divided by how many
// it runs without a console.
func BenchmarkGoalConsoleUnwatched(b *testing.B) {
	const calls = 200
	for b.Loop() {
		on, off := start(b, emulator.Options{Engine: "sim"}), start(b, emulator.Options{Engine: "sim", Console: emulator.ConsoleOff})
		on.register("web")
		off.register("web")
		var ratios []float64
		for n := range 16 {
			first, second := on, off
			if n%2 == 0 {
				first, second = off, on
			}
			took := map[*world]float64{first: first.running(calls).Seconds(), second: second.running(calls).Seconds()}
			ratios = append(ratios, took[off]/took[on])
		}
		b.ReportMetric(medianOf(ratios), "ratio≥0.97")
	}
}

// running is how long so many calls of RunTask take, of a task each.
func (w *world) running(calls int) time.Duration {
	began := time.Now()
	for range calls {
		w.runTasks(1)
	}
	return time.Since(began)
}
