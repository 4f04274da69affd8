package wire_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// snapshotBodies reads one of the folders that the SDK module ships: each file has
// the head of a request or response, an empty line, and the body in canonical form.
func snapshotBodies(t testing.TB, folder, suffix string) map[string][]byte {
	t.Helper()
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/ecs").Output()
	if err != nil {
		t.Fatalf("find the SDK module: %v", err)
	}
	files, _ := filepath.Glob(filepath.Join(strings.TrimSpace(string(module)), folder, "*"+suffix))
	if len(files) == 0 {
		t.Fatalf("the SDK module has no %s/*%s any more", folder, suffix)
	}
	bodies := map[string][]byte{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		body := text[bytes.LastIndex(text, []byte("\n\n"))+2:]
		if len(body) == 0 || body[0] != '{' {
			t.Fatalf("%s: no body found in %q", file, text)
		}
		bodies[strings.TrimSuffix(filepath.Base(file), suffix)] = body
	}
	return bodies
}

// operation returns the types of an operation's input and output.
func operation(t testing.TB, name string) (in, out reflect.Type) {
	t.Helper()
	o, ok := operations[name]
	if !ok {
		t.Fatalf("the SDK has a new operation: %s", name)
	}
	return reflect.TypeOf(o.in), reflect.TypeOf(o.out)
}

func checkRoundTrip(t *testing.T, typ reflect.Type, body []byte) {
	t.Helper()
	v := reflect.New(typ)
	if err := wire.Unmarshal(body, v.Interface()); err != nil {
		t.Fatalf("decode: %v\n%s", err, body)
	}
	// The snapshots write their only time without an exponent, which AWS does not.
	body = bytes.ReplaceAll(body, []byte("946684800"), []byte("9.466848E8"))
	if got := wire.Marshal(v.Interface()); !bytes.Equal(got, body) {
		t.Errorf("encode:\n got %s\nwant %s", got, body)
	}
}

func TestRequestSnapshotsRoundTrip(t *testing.T) {
	for name, body := range snapshotBodies(t, "request_snapshot", ".request.snap") {
		t.Run(name, func(t *testing.T) {
			in, _ := operation(t, name)
			checkRoundTrip(t, in, body)
		})
	}
}

func TestResponseSnapshotsRoundTrip(t *testing.T) {
	for name, body := range snapshotBodies(t, "response_snapshot", ".response.snap") {
		t.Run(name, func(t *testing.T) {
			_, out := operation(t, name)
			checkRoundTrip(t, out, body)
		})
	}
}

func TestErrorSnapshotsRoundTrip(t *testing.T) {
	exceptions := map[string]reflect.Type{}
	for _, e := range []smithy.APIError{
		&types.AccessDeniedException{}, &types.AttributeLimitExceededException{}, &types.BlockedException{},
		&types.ClientException{}, &types.ClusterContainsCapacityProviderException{},
		&types.ClusterContainsContainerInstancesException{}, &types.ClusterContainsServicesException{},
		&types.ClusterContainsTasksException{}, &types.ClusterNotFoundException{}, &types.ConflictException{},
		&types.DaemonNotActiveException{}, &types.DaemonNotFoundException{}, &types.GatewayNotFoundException{},
		&types.InvalidParameterException{}, &types.LimitExceededException{}, &types.MissingVersionException{},
		&types.NamespaceNotFoundException{}, &types.NoUpdateAvailableException{},
		&types.PlatformTaskDefinitionIncompatibilityException{}, &types.PlatformUnknownException{},
		&types.ResourceInUseException{}, &types.ResourceNotFoundException{}, &types.ServerException{},
		&types.ServiceDeploymentNotFoundException{}, &types.ServiceNotActiveException{},
		&types.ServiceNotFoundException{}, &types.TargetNotConnectedException{}, &types.TargetNotFoundException{},
		&types.TaskSetNotFoundException{}, &types.UnsupportedFeatureException{}, &types.UpdateInProgressException{},
	} {
		exceptions[e.ErrorCode()] = reflect.TypeOf(e).Elem()
	}
	for name, body := range snapshotBodies(t, "response_snapshot", ".error.snap") {
		t.Run(name, func(t *testing.T) {
			typ, ok := exceptions[name]
			if !ok {
				t.Fatalf("the SDK has a new exception: %s", name)
			}
			// The type name is the protocol's, not a member.
			members := bytes.Replace(body, []byte(`"__type":"`+name+`",`), nil, 1)
			checkRoundTrip(t, typ, members)
		})
	}
}
