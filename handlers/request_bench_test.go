package handlers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// webTaskDefinition is a task definition of usual size.
const webTaskDefinition = `{"family":"web","networkMode":"awsvpc","requiresCompatibilities":["FARGATE"],"cpu":"256","memory":"512",` +
	`"executionRoleArn":"arn:aws:iam::000000000000:role/ecsTaskExecutionRole",` +
	`"containerDefinitions":[{"name":"web","image":"shop/web:1.4.2","essential":true,"cpu":128,"memoryReservation":256,` +
	`"portMappings":[{"containerPort":8080,"protocol":"tcp","name":"http","appProtocol":"http"}],` +
	`"environment":[{"name":"STAGE","value":"prod"},{"name":"DB_HOST","value":"db.internal"},{"name":"LOG_LEVEL","value":"info"}],` +
	`"healthCheck":{"command":["CMD-SHELL","wget -q -O /dev/null http://localhost:8080/health"],"interval":30,"timeout":5,"retries":3},` +
	`"ulimits":[{"name":"nofile","softLimit":65536,"hardLimit":65536}],` +
	`"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/shop","awslogs-region":"us-east-1","awslogs-stream-prefix":"web"}}},` +
	`{"name":"proxy","image":"shop/proxy:0.9","essential":false,"cpu":64,"memoryReservation":64,` +
	`"dependsOn":[{"containerName":"web","condition":"START"}],"command":["--upstream","127.0.0.1:8080"]}],` +
	`"tags":[{"key":"team","value":"shop"},{"key":"stage","value":"prod"}]}`

// runTask makes a number of tasks; the client token makes each request another one.
func runTask(token, count int) []byte {
	return fmt.Appendf(nil, `{"clientToken":"%032d","cluster":"default","count":%d,"launchType":"FARGATE","networkConfiguration":`+
		`{"awsvpcConfiguration":{"securityGroups":["sg-01234567"],"subnets":["subnet-01234567","subnet-12345678","subnet-23456789"]}},`+
		`"taskDefinition":"web"}`, token, count)
}

// BenchmarkRequest measures requests from the endpoint's handler on, log and metrics
// included: without net/http, and without the controllers that act on them.
func BenchmarkRequest(b *testing.B) {
	b.Run("RegisterTaskDefinition", func(b *testing.B) {
		newEmulator(b).measure(b, "RegisterTaskDefinition", func(int) []byte { return []byte(webTaskDefinition) })
	})
	b.Run("RunTask", func(b *testing.B) {
		e := newEmulator(b)
		e.call(b, "RegisterTaskDefinition", []byte(webTaskDefinition))
		e.measure(b, "RunTask", func(i int) []byte { return runTask(i, 1) })
	})
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("DescribeTasks-of-%d", n), func(b *testing.B) {
			e := newEmulator(b)
			body := e.describeTasks(b, n)
			e.measure(b, "DescribeTasks", func(int) []byte { return body })
		})
	}
}

// BenchmarkQuery measures an action of EC2 in the same way: it describes the three subnets
// of the default VPC and three made up.
func BenchmarkQuery(b *testing.B) {
	e := newEmulator(b)
	body := []byte("Action=DescribeSubnets&Filter.1.Name=subnet-id&Filter.1.Value.1=subnet-0ec5e3*&Filter.1.Value.2=subnet-0000000a" +
		"&Filter.1.Value.3=subnet-0000000b&Filter.1.Value.4=subnet-0000000c&Version=2016-11-15")
	r := newRequest("", nil)
	r.Header.Del("X-Amz-Target")
	r.Header.Set("Content-Type", form)
	r.Header.Set("Authorization", signed("ec2"))
	e.repeat(b, r, func(int) []byte { return body })
}

// emulator is the endpoint with ECS and EC2 behind it.
type emulator struct{ http.Handler }

func newEmulator(b *testing.B) emulator {
	rows, err := state.Open(store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	api := ecs.New(ecs.Options{Base: kit.Base{Store: rows, Now: time.Now}})
	return emulator{handlers.New(handlers.Parts{
		Services: []awsapi.Service{api.Service(), ec2.New(ec2.Options{Store: rows}).Service()},
		Options:  awsapi.Options{Logger: log, Observe: control.NewMetrics(rows).Observe},
		Log:      log, Control: http.NotFoundHandler(), Metrics: http.NotFoundHandler(),
	})}
}

// call sends one request and returns its answer.
func (e emulator) call(b *testing.B, operation string, body []byte) []byte {
	w := httptest.NewRecorder()
	e.ServeHTTP(w, newRequest(operation, body))
	if w.Code != http.StatusOK {
		b.Fatalf("%s: %d %s", operation, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

// describeTasks runs tasks and returns the body of a request that describes them.
func (e emulator) describeTasks(b *testing.B, n int) []byte {
	e.call(b, "RegisterTaskDefinition", []byte(webTaskDefinition))
	var request struct {
		Tasks []string `json:"tasks"`
	}
	for len(request.Tasks) < n {
		var made struct{ Tasks []struct{ TaskArn string } }
		if err := json.Unmarshal(e.call(b, "RunTask", runTask(len(request.Tasks), min(n, 10))), &made); err != nil {
			b.Fatal(err)
		}
		for _, t := range made.Tasks {
			request.Tasks = append(request.Tasks, t.TaskArn)
		}
	}
	body, err := json.Marshal(request)
	if err != nil {
		b.Fatal(err)
	}
	return body
}

// measure sends requests one after the other.
func (e emulator) measure(b *testing.B, operation string, body func(i int) []byte) {
	e.repeat(b, newRequest(operation, nil), body)
}

func (e emulator) repeat(b *testing.B, r *http.Request, body func(i int) []byte) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		text := body(i)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
		w := &discard{header: http.Header{}}
		e.ServeHTTP(w, r)
		if w.status != http.StatusOK {
			b.Fatalf("status %d", w.status)
		}
	}
}

func newRequest(operation string, body []byte) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Host = "127.0.0.1:4577"
	r.Header.Set("X-Amz-Target", ecs.TargetPrefix+"."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("Authorization", signed("ecs"))
	return r
}

// discard is an answer that is thrown away.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }
