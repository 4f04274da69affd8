package emulator_test

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// A task that goes on while the emulator is down has its port again afterwards, without
// a client asking for it, and nothing listens there in between.
func TestLocalPortsAfterARestart(t *testing.T) {
	t.Parallel()
	number, err := strconv.Atoi(freePort(t))
	if err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(number))
	opts := emulator.Options{Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), LocalPorts: true}
	first, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, first, ecs.NewFromConfig(first.Config())}
	out, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("app"), Command: []string{"serve", strconv.Itoa(number), "hello"},
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(int32(number))}},
		}},
	})
	w.must(err)
	id := w.runTask(*out.TaskDefinition.TaskDefinitionArn)
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	if got := answer("http://" + address); !strings.Contains(got, "hello") {
		t.Errorf("at first it answers %q", got)
	}
	w.must(first.Close())
	if conn, err := net.Dial("tcp4", address); err == nil {
		conn.Close()
		t.Error("a port is open while the emulator is down")
	}

	w = start(t, opts)
	w.eventually("it answers after the restart", func() bool { return strings.Contains(answer("http://"+address), "hello") })
	w.must(w.srv.Reset())
	if conn, err := net.Dial("tcp4", address); err == nil {
		conn.Close()
		t.Error("a port is open after a reset")
	}
}
