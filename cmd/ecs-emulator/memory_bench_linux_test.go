package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/gobuild"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

// served is an emulator in a process of its own, which tends its heap as users have it.
type served struct {
	*testing.B
	client   *ecs.Client
	endpoint string
	pid      int
}

// serveMeasured runs the serve command until the benchmark ends. It builds the program: one with tests takes more memory.
func serveMeasured(b *testing.B, args ...string) *served {
	b.Helper()
	s, file := &served{B: b}, filepath.Join(b.TempDir(), "ecs-emulator")
	s.must(gobuild.Build(b.Context(), file, runtime.GOOS, runtime.GOARCH, "cmd/ecs-emulator"))
	cmd := exec.Command(file, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	out, err := cmd.StdoutPipe()
	s.must(err)
	s.must(cmd.Start())
	b.Cleanup(func() { s.end(cmd) })
	var said []byte
	for next := make([]byte, 1); s.endpoint == ""; said = append(said, next[0]) {
		if _, err := out.Read(next); err != nil {
			b.Fatalf("serve did not get ready: %v: %s", err, said)
		}
		if found := endpoint.FindSubmatch(said); found != nil {
			s.endpoint = string(found[1])
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	s.pid = cmd.Process.Pid
	s.client = ecs.New(ecs.Options{
		Region: "us-east-1", BaseEndpoint: &s.endpoint, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	return s
}

// end ends the command, which removes what it has made on an engine.
func (s *served) end(cmd *exec.Cmd) {
	s.Helper()
	_ = cmd.Process.Signal(os.Interrupt)
	defer time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() }).Stop()
	if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() < 0 {
		s.Errorf("serve: %v", err)
	}
}

func (s *served) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// resident is what memory the emulator takes, in bytes.
func (s *served) resident() float64 {
	s.Helper()
	memory, known := processusage.Memory(s.pid)
	if !known {
		s.Fatal("the emulator has ended")
	}
	return float64(memory)
}

// residentAtRest is what memory it takes once that has not sunk by a MiB for some seconds: the emulator takes five seconds without requests
// for rest, and then gives back what it does not need.
func (s *served) residentAtRest() float64 {
	s.Helper()
	const patience = 8
	least := s.resident()
	for since := 0; since < patience; since++ {
		time.Sleep(time.Second)
		if now := s.resident(); now < least-1<<20 {
			least, since = now, 0
		}
	}
	return least
}

// BenchmarkGoalMemoryOfDefinitions is what memory an emulator has in which 100,000 task definitions are registered, at rest.
func BenchmarkGoalMemoryOfDefinitions(b *testing.B) {
	const clients, definitions = 16, 100_000
	for b.Loop() {
		s := serveMeasured(b, "--engine", "sim")
		var registering sync.WaitGroup
		for range clients {
			registering.Go(func() {
				c, err := rawhttp.Connect(b.Context(), strings.TrimPrefix(s.endpoint, "http://"))
				if err != nil {
					b.Error(err)
					return
				}
				defer c.Close()
				for range definitions / clients {
					if err := c.Exchange(rawhttp.Operation("RegisterTaskDefinition", []byte(usualDefinition))); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		registering.Wait()
		newest, err := s.client.DescribeTaskDefinition(b.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("web")})
		s.must(err)
		if n := newest.TaskDefinition.Revision; n != definitions {
			b.Fatalf("%d task definitions are registered", n)
		}
		b.ReportMetric(s.residentAtRest()/(1<<20), "MiB≤300")
	}
}

// usualDefinition is a task definition of usual size.
const usualDefinition = `{"family":"web","networkMode":"awsvpc","requiresCompatibilities":["FARGATE"],"cpu":"256","memory":"512",` +
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
