package metadata_test

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Source of the words: runs of the container agent, and its source.
func TestWhatAnUnknownIDGets(t *testing.T) {
	b := newBench(t)
	task := b.put("web", types.NetworkModeAwsvpc, "", onFargate)
	other := b.put("other", types.NetworkModeAwsvpc, "", func(d *types.TaskDefinition, t *state.Task) {
		onFargate(d, t)
		t.Status.Attachment.PrivateIPv4 = strangeAddress
	})
	const (
		noTask      = "unable to get task arn from request: unable to get task Arn from v3 endpoint ID: "
		noContainer = "unable to get container ID from request: unable to get docker ID from v3 endpoint ID: "
	)
	for _, c := range []struct {
		path   string // with the id in place of *
		status int
		want   string
	}{
		{"/v3/*", 500, "V3 container metadata handler: " + noContainer + "*"},
		{"/v3/*/task", 500, "V3 task metadata handler: " + noTask + "*"},
		{"/v3/*/taskWithTags", 500, "V3 task metadata handler: " + noTask + "*"},
		{"/v3/*/stats", 400, "V3 container stats handler: " + noTask + "*"},
		{"/v3/*/task/stats", 400, "V3 task stats handler: " + noTask + "*"},
		{"/v3/*/associations/gpu", 400, "V3 container associations handler: unable to get container id from request: unable to get docker ID from v3 endpoint ID: *"},
		{"/v4/*", 404, "V4 container metadata handler: " + noContainer + "*"},
		{"/v4/*/task", 404, "V4 task metadata handler: " + noTask + "*"},
		{"/v4/*/taskWithTags", 404, "V4 task metadata handler: " + noTask + "*"},
		{"/v4/*/stats", 404, "V4 container stats handler: " + noTask + "*"},
		{"/v4/*/task/stats", 404, "V4 task stats handler: " + noTask + "*"},
		{"/v4/*/associations/gpu/0", 400, "V4 container associations handler: " + noTask + "*"},
		{"/v4/*/tasks", 500, "failed to get tasks metadata"},
	} {
		// Of another task, of no task, and none.
		for _, id := range []string{endpointID(other, other.Status.Container("web")), "absent", ""} {
			path := strings.ReplaceAll(c.path, "*", id)
			if id == "" && strings.Contains(path, "//") {
				continue // a path like that is cleaned
			}
			b.expect(fargateAddress, path, c.status, `"`+strings.ReplaceAll(c.want, "*", id)+`"`)
		}
	}
	if status, body, _ := b.ask(fargateAddress, http.MethodGet, at("v4", task, "web"), ""); status != http.StatusOK {
		t.Errorf("its own id: %d %s", status, body)
	}
}

func TestVersion2GoesByTheAddress(t *testing.T) {
	b := newBench(t)
	b.put("web", types.NetworkModeAwsvpc, "", onFargate)
	b.put("shared", types.NetworkModeHost, b.instance(), nil)
	for _, address := range []string{strangeAddress, machineAddress} { // the latter is of several
		for _, path := range []string{"/v2/metadata", "/v2/metadata/", "/v2/metadata/1", "/v2/metadataWithTags", "/v2/stats", "/v2/stats/", "/v2/stats/1"} {
			b.expect(address, path, http.StatusBadRequest, `"Unable to get task arn from request: unable to associate '`+address+`' with task"`)
		}
	}
	b.expect(fargateAddress, "/v2/metadata/absent", http.StatusBadRequest, `"Unable to generate metadata for container 'absent'"`)
	b.expect(fargateAddress, "/v2/stats/absent", http.StatusBadRequest, `"Unable to get container stats for: absent"`)
}

func TestPathsAreCleanedAndUnknownOnesAreNotFound(t *testing.T) {
	b := newBench(t)
	status, _, header := b.ask(fargateAddress, http.MethodGet, "//v3//x", "")
	if status != http.StatusMovedPermanently || header.Get("Location") != "/v3/x" {
		t.Errorf("%d to %s", status, header.Get("Location"))
	}
	for _, path := range []string{"/", "/v5/x", "/v4/x/y", "/latest/meta-data"} {
		status, text, header := b.ask(fargateAddress, http.MethodGet, path, "")
		if status != http.StatusNotFound || text != "404 page not found\n" || header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: %d %q", path, status, text)
		}
	}
}

// The agent knows of its task before the store does.
func TestATaskAheadOfTheStore(t *testing.T) {
	b := newBench(t)
	task := b.put("web", types.NetworkModeBridge, b.instance(), nil)
	for _, c := range []struct {
		phase       state.ContainerPhase
		engineID    string
		known, body string
	}{
		{state.ContainerNone, "", "NONE", ""},
		{state.ContainerPulled, "", "NONE", `{"DockerId":"","Name":"web","DockerName":"",`},
		{state.ContainerCreated, "c", "CREATED", `{"DockerId":"c","Name":"web","DockerName":"ecs-web-1-web-`},
		{state.ContainerRunning, "c", "RUNNING", `{"DockerId":"c","Name":"web",`},
		{state.ContainerStopped, "c", "STOPPED", `{"DockerId":"c","Name":"web",`},
	} {
		status := task.Status.Clone()
		status.Containers[0].Phase, status.Containers[0].EngineID = c.phase, c.engineID
		b.ahead[task.ARN] = &state.Task{ARN: task.ARN, Spec: task.Spec, Placement: task.Placement, Status: status}
		_, body, _ := b.ask(machineAddress, http.MethodGet, at("v4", task, "init")+"/task", "")
		if !strings.Contains(body, `"KnownStatus":"`+c.known+`"`) || !strings.Contains(body, `"Containers":[`+c.body) {
			t.Errorf("%s: %s", c.phase, body)
		}
	}
}

// A container that runs with a definition that has been deleted since still has its metadata.
func TestATaskWithoutItsDefinition(t *testing.T) {
	b := newBench(t)
	task := b.put("web", types.NetworkModeAwsvpc, "", func(d *types.TaskDefinition, t *state.Task) {
		onFargate(d, t)
		t.Spec.Revision = 7
	})
	for _, path := range []string{"", "/task", "/taskWithTags", "/stats", "/task/stats"} {
		if status, body, _ := b.ask(fargateAddress, http.MethodGet, at("v4", task, "web")+path, ""); status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

// Others that ask from addresses of IPv6, or from none, are no containers.
func TestWhoAsksFromElsewhere(t *testing.T) {
	b := newBench(t)
	var asked []netip.Addr
	b.options.TasksAt = func(_ context.Context, from netip.Addr) []string {
		asked = append(asked, from)
		return nil
	}
	b.open()
	b.expect("::ffff:172.31.0.20", "/v2/metadata", http.StatusBadRequest, `"Unable to get task arn from request: unable to associate '172.31.0.20' with task"`)
	if len(asked) == 0 || asked[0] != netip.MustParseAddr("172.31.0.20") {
		t.Errorf("asked about %v", asked)
	}
}

// Credentials lie at the paths of both versions; without any, no task has some.
func TestPathsOfCredentials(t *testing.T) {
	b := newBench(t)
	const none = `{"code":"InvalidIdInRequest","message":"CredentialsV2Request: Credentials not found","HTTPErrorCode":400}`
	b.expect(fargateAddress, "/v2/credentials/mine", http.StatusBadRequest, none)
	b.options.Credentials = func(_ context.Context, id string, from netip.Addr) (*metadata.RoleCredentials, error) {
		if id != "mine" || from.String() != fargateAddress {
			return nil, metadata.ErrNoCredentials
		}
		return &metadata.RoleCredentials{RoleArn: "r", AccessKeyId: "a", SecretAccessKey: "s", Token: "t", Expiration: after(0)}, nil
	}
	b.open()
	const keys = `{"RoleArn":"r","AccessKeyId":"a","SecretAccessKey":"s","Token":"t","Expiration":"2026-09-16T17:47:04.151521Z"}`
	b.expect(fargateAddress, "/v2/credentials/mine", http.StatusOK, keys)
	b.expect(fargateAddress, "/v1/credentials?id=mine", http.StatusOK, keys)
	b.expect(strangeAddress, "/v2/credentials/mine", http.StatusBadRequest, none)
	b.expect(fargateAddress, "/v2/credentials", http.StatusBadRequest, `{"code":"NoIdInRequest","message":"CredentialsV2Request: No Credential ID in the request","HTTPErrorCode":400}`)
}
