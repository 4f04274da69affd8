package metadata_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the golden files")

// golden are the tasks whose answers are kept in testdata, by file.
var golden = map[string]func(b *bench) (t *state.Task, address string){
	"fargate": func(b *bench) (*state.Task, string) {
		return b.put("fargate", types.NetworkModeAwsvpc, "", func(d *types.TaskDefinition, t *state.Task) {
			onFargate(d, t)
			web := &d.ContainerDefinitions[0]
			web.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}}
			web.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true)}
			running := &t.Status.Containers[0]
			running.HealthStatus, running.HealthSince, running.Restarts = types.HealthStatusHealthy, after(33), 1
		}), fargateAddress
	},
	"ec2-awsvpc": func(b *bench) (*state.Task, string) {
		return b.put("ec2-awsvpc", types.NetworkModeAwsvpc, b.instance(), func(d *types.TaskDefinition, t *state.Task) {
			inVPC(t, awsvpcAddress)
			d.Cpu, d.EnableFaultInjection = aws.String("512"), aws.Bool(true)
			d.ContainerDefinitions[0].HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}}
		}), awsvpcAddress
	},
	"ec2-bridge": func(b *bench) (*state.Task, string) {
		return b.put("ec2-bridge", types.NetworkModeBridge, b.instance(), func(d *types.TaskDefinition, t *state.Task) {
			d.Volumes = []types.Volume{{Name: aws.String("cache")}, {Name: aws.String("logs"), Host: &types.HostVolumeProperties{SourcePath: aws.String("/var/log")}}}
			d.ContainerDefinitions[0].MountPoints = []types.MountPoint{
				{SourceVolume: aws.String("cache"), ContainerPath: aws.String("/cache")}, {SourceVolume: aws.String("logs"), ContainerPath: aws.String("/logs")}}
			t.Status.Containers[0].Bindings = []state.Binding{{ContainerPort: 8080, HostPort: 32_768, Protocol: "tcp"}, {ContainerPort: 90, HostPort: 33_000, More: 1, Protocol: "udp"}}
			t.Spec.ServiceARN, t.Spec.Group = "", "family:ec2-bridge"
		}), machineAddress
	},
	"ec2-host": func(b *bench) (*state.Task, string) {
		return b.put("ec2-host", types.NetworkModeHost, b.instance(), func(d *types.TaskDefinition, t *state.Task) {
			d.ContainerDefinitions[0].LogConfiguration = nil
			t.Stop = &state.Stop{Reason: "Task stopped by user", At: after(58)}
			t.Status.ExecutionStoppedAt = after(59)
		}), machineAddress
	},
}

// What the endpoint answers is as the files have it, with members in their order; they have
// been compared with the examples of the developer guide and with recorded answers.
func TestGoldenAnswers(t *testing.T) {
	for name, put := range golden {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			task, address := put(b)
			compare(t, name+".txtar", b.answers(task, address))
		})
	}
}

// answers are the answers of all paths that a task has.
func (b *bench) answers(task *state.Task, from string) *txtar.Archive {
	b.Helper()
	all := &txtar.Archive{}
	add := func(name, path string) {
		status, body, _ := b.ask(from, http.MethodGet, path, "")
		if status != http.StatusOK {
			b.Fatalf("GET %s: %d %s", path, status, body)
		}
		var text bytes.Buffer
		if err := json.Indent(&text, []byte(body), "", "  "); err != nil {
			b.Fatalf("GET %s: %v in %s", path, err, body)
		}
		text.WriteByte('\n')
		all.Files = append(all.Files, txtar.File{Name: name, Data: text.Bytes()})
	}
	if task.Spec.HasInterface() {
		add("v2/metadata", "/v2/metadata")
		add("v2/metadata/web", "/v2/metadata/"+b.dockerID(task))
		add("v2/metadataWithTags", "/v2/metadataWithTags/")
		add("v2/stats", "/v2/stats")
		add("v2/stats/web", "/v2/stats/"+b.dockerID(task))
	}
	for _, version := range []string{"v3", "v4"} {
		for _, path := range []string{"", "/task", "/taskWithTags", "/stats", "/task/stats", "/associations/gpu"} {
			add(version+path, at(version, task, "web")+path)
		}
	}
	b.now = b.now.Add(2 * time.Second)
	add("v4/stats, of another second", at("v4", task, "web")+"/stats")
	add("v4 of init", at("v4", task, "init"))
	return all
}

func (b *bench) dockerID(task *state.Task) string {
	if web := task.Status.Container("web"); task.Placement.ContainerInstance == "" {
		return endpointID(task, web)
	}
	return task.Status.Container("web").EngineID
}

func compare(t *testing.T, name string, got *txtar.Archive) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(txtar.Format(want)), string(txtar.Format(got))); diff != "" {
		t.Error(diff)
	}
}
