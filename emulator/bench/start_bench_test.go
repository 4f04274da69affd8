package bench_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// BenchmarkGoalNewToFirstAnswer is how long an emulator takes from New to its first answer. It is the first one of its
// process where nothing else runs in that.
func BenchmarkGoalNewToFirstAnswer(b *testing.B) {
	for b.Loop() {
		began := time.Now()
		start(b, emulator.Options{Engine: "sim"}).post("AmazonEC2ContainerServiceV20141113.ListClusters", "{}")
		b.ReportMetric(milliseconds(time.Since(began)), "ms≤50")
	}
}

// BenchmarkGoalHeapOfATask is what a running task of one container keeps of the heap.
func BenchmarkGoalHeapOfATask(b *testing.B) {
	const tasks = 4000 // a service has 5000 at most
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim"})
		w.register("web")
		w.createService("web", 1)
		w.awaitRunning(1)
		before := live()
		w.scale("web", tasks+1)
		w.awaitRunning(tasks + 1)
		b.ReportMetric((live()-before)/tasks/1024, "KiB≤5")
	}
}

// BenchmarkGoalDayAfterResets is how long the clock takes for a day of 100 services with a task each, after 100 resets.
func BenchmarkGoalDayAfterResets(b *testing.B) {
	const services = 100
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim"})
		for range 100 {
			w.must(w.Reset())
		}
		w.register("web")
		for i := range services {
			w.createService(fmt.Sprint("web-", i), 1)
		}
		w.awaitRunning(services)
		began := time.Now()
		w.must(w.Clock().Advance(24 * time.Hour))
		b.ReportMetric(milliseconds(time.Since(began)), "ms≤500")
	}
}

// definition is a task definition of usual size.
const definition = `{"family":"web","networkMode":"awsvpc","requiresCompatibilities":["FARGATE"],"cpu":"256","memory":"512",` +
	`"executionRoleArn":"arn:aws:iam::000000000000:role/ecsTaskExecutionRole",` +
	`"containerDefinitions":[{"name":"web","image":"shop/web:1.4.2","essential":true,"cpu":128,"memoryReservation":256,` +
	`"portMappings":[{"containerPort":8080,"protocol":"tcp","name":"http","appProtocol":"http"}],` +
	`"environment":[{"name":"STAGE","value":"prod"},{"name":"DB_HOST","value":"db.internal"},{"name":"LOG_LEVEL","value":"info"}],` +
	`"healthCheck":{"command":["CMD-SHELL","wget -q -O /dev/null http://localhost:8080/health"],"interval":30,"timeout":5,"retries":3},` +
	`"ulimits":[{"name":"nofile","softLimit":65536,"hardLimit":65536}],` +
	`"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/shop","awslogs-region":"us-east-1",` +
	`"awslogs-stream-prefix":"web","awslogs-create-group":"true"}}},` +
	`{"name":"proxy","image":"shop/proxy:0.9","essential":false,"cpu":64,"memoryReservation":64,` +
	`"dependsOn":[{"containerName":"web","condition":"START"}],"command":["--upstream","127.0.0.1:8080"]}],` +
	`"tags":[{"key":"team","value":"shop"},{"key":"stage","value":"prod"}]}`

// registerMany registers task definitions of usual size, without the network.
func (w *world) registerMany(n int) {
	for range n {
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(definition))
		request.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition")
		request.Header.Set("Content-Type", "application/x-amz-json-1.1")
		answer := httptest.NewRecorder()
		if w.Handler().ServeHTTP(answer, request); answer.Code != http.StatusOK {
			w.Fatal(answer.Body)
		}
	}
}
