package taskdef

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"testing"

	"github.com/aws/smithy-go"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// words are strings that some rule looks at, so that arbitrary requests get far.
var words = []string{
	"", "web", "db", "a b", "v", "nginx:1", "123456789012.dkr.ecr.us-east-1.amazonaws.com/web", "@sha256:", ":", "/",
	"256", "512", "1 vCPU", "0.5 GB", "vcpu", "80-90", "90-80", "-", "awsvpc", "host", "bridge", "FARGATE", "EC2",
	"awslogs", "awsfirelens", "fluentbit", "tcp", "udp", "START", "SUCCESS", "HEALTHY", "task", "shared", "memberOf",
	"arn:aws:iam::123456789012:role/exec", "arn:aws:s3:::bucket/web.env", "arn:", "ENABLED", "nofile", "GPU", "s3", "LINUX",
	"awslogs-group", "awslogs-region", "credentialspec:x", "\x00\"\\", "SYS_PTRACE", "APPMESH",
	"config-file-type", "config-file-value",
}

// fill sets everything that v can hold to something arbitrary.
func fill(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if rapid.IntRange(0, 2).Draw(t, "set") > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(t, v.Field(i))
			}
		}
	case reflect.Slice:
		if n := rapid.IntRange(-1, 2).Draw(t, "length"); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(t, v.Index(i))
			}
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 2).Draw(t, "entries") {
			entry := reflect.New(v.Type().Elem()).Elem()
			fill(t, entry)
			v.SetMapIndex(reflect.ValueOf(rapid.SampledFrom(words).Draw(t, "key")), entry)
		}
	case reflect.Interface:
		if rapid.Bool().Draw(t, "shares") {
			var mps types.SharingStrategyMemberNvidiaMps
			fill(t, reflect.ValueOf(&mps.Value).Elem())
			v.Set(reflect.ValueOf(&mps))
		}
	case reflect.String:
		v.SetString(rapid.OneOf(rapid.SampledFrom(words), rapid.String()).Draw(t, "string"))
	case reflect.Int32:
		v.SetInt(int64(rapid.OneOf(rapid.Int32(), rapid.Int32Range(-1, 300)).Draw(t, "number")))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	default:
		t.Fatalf("cannot fill a %s", v.Kind())
	}
}

// keepValid undoes a part of the arbitrary changes, so that later rules are reached.
func keepValid(t *rapid.T, in *request) {
	if rapid.Bool().Draw(t, "arbitrary names") {
		return
	}
	in.Family = ptr("web")
	for i := range in.ContainerDefinitions {
		c := &in.ContainerDefinitions[i]
		c.Name, c.Image, c.Essential = ptr(fmt.Sprintf("c%d", i)), ptr("nginx"), nil
	}
	if rapid.Bool().Draw(t, "plain network") {
		in.NetworkMode, in.Cpu, in.Memory = "awsvpc", ptr("256"), ptr("512")
		for i := range in.ContainerDefinitions {
			c := &in.ContainerDefinitions[i]
			c.Cpu, c.Memory, c.MemoryReservation = 0, nil, nil
			c.Links, c.Hostname, c.ExtraHosts, c.DnsServers, c.DnsSearchDomains, c.DisableNetworking = nil, nil, nil, nil, nil, nil
			c.PortMappings = nil
		}
	}
}

// isAWSError tells whether err is one of the two classes that registration answers.
func isAWSError(err error) bool {
	var client *types.ClientException
	var parameter *types.InvalidParameterException
	var api smithy.APIError
	return (errors.As(err, &client) || errors.As(err, &parameter)) && errors.As(err, &api) && api.ErrorMessage() != ""
}

func TestRegisterTakesOrRefusesAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var in request
		fill(t, reflect.ValueOf(&in).Elem())
		keepValid(t, &in)
		def, err := Register(&in, testEnv)
		if err == nil {
			checkStable(t, def)
		} else if !isAWSError(err) || def != nil {
			t.Fatalf("answer %v, error %v", def, err)
		}
	})
}

// asRequest sends back what was registered, as deployment tools do. It is in other
// memory, because Register makes its answer of the request's.
func asRequest(t *rapid.T, registered *types.TaskDefinition) *request {
	def := new(types.TaskDefinition)
	if err := wire.Unmarshal(wire.Marshal(registered), def); err != nil {
		t.Fatalf("copy %+v: %v", registered, err)
	}
	return &request{
		Family: def.Family, ContainerDefinitions: def.ContainerDefinitions, Cpu: def.Cpu, Memory: def.Memory,
		EnableFaultInjection: def.EnableFaultInjection, EphemeralStorage: def.EphemeralStorage,
		ExecutionRoleArn: def.ExecutionRoleArn, TaskRoleArn: def.TaskRoleArn, IpcMode: def.IpcMode, PidMode: def.PidMode,
		NetworkMode: def.NetworkMode, PlacementConstraints: def.PlacementConstraints, ProxyConfiguration: def.ProxyConfiguration,
		RequiresCompatibilities: def.RequiresCompatibilities, RuntimePlatform: def.RuntimePlatform, Volumes: def.Volumes,
	}
}

// checkStable: registering a registered definition gives the same again.
func checkStable(t *rapid.T, def *types.TaskDefinition) {
	again, err := Register(asRequest(t, def), testEnv)
	if err != nil {
		t.Fatalf("its own answer is refused: %v", err)
	}
	if !reflect.DeepEqual(again, def) {
		t.Fatalf("registered again\n%+v\nwas\n%+v", again, def)
	}
}

// drawValid makes a request that breaks no rule.
func drawValid(t *rapid.T) *request {
	in := &request{
		Family:      ptr("web"),
		NetworkMode: rapid.SampledFrom(append(types.NetworkMode("").Values(), "")).Draw(t, "mode"),
	}
	if rapid.Bool().Draw(t, "task size") {
		in.Cpu = ptr(rapid.SampledFrom([]string{"1024", "1 vCPU", "1.5vcpu", "2048"}).Draw(t, "cpu"))
		in.Memory = ptr(rapid.SampledFrom([]string{"4096", "4 GB", "4.5GB", "8192"}).Draw(t, "memory"))
	}
	if rapid.Bool().Draw(t, "roles") {
		in.TaskRoleArn, in.ExecutionRoleArn = ptr("app"), ptr(testRole)
	}
	in.Volumes = []types.Volume{{Name: ptr("v")}}
	if rapid.Bool().Draw(t, "efs") {
		in.Volumes[0].EfsVolumeConfiguration = &types.EFSVolumeConfiguration{FileSystemId: ptr("fs-1")}
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "containers") {
		in.ContainerDefinitions = append(in.ContainerDefinitions, drawContainer(t, in, i))
	}
	return in
}

func drawContainer(t *rapid.T, in *request, i int) types.ContainerDefinition {
	c := types.ContainerDefinition{
		Name: ptr(fmt.Sprintf("c%d", i)), Image: ptr("nginx"), Cpu: rapid.Int32Range(0, 256).Draw(t, "cpu"),
		MemoryReservation: ptr(rapid.Int32Range(4, 512).Draw(t, "reservation")),
		MountPoints:       []types.MountPoint{{SourceVolume: ptr("v"), ContainerPath: ptr("/v")}},
	}
	if in.NetworkMode != types.NetworkModeNone {
		p := single(int32(8000 + i))
		p.Protocol = types.TransportProtocol(rapid.SampledFrom([]string{"", "tcp", "udp", "sctp"}).Draw(t, "protocol"))
		c.PortMappings = []types.PortMapping{p}
	}
	if i > 0 && rapid.Bool().Draw(t, "depends") {
		c.DependsOn = dependsOn("c0", types.ContainerConditionStart)
	}
	if rapid.Bool().Draw(t, "checked") {
		c.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}}
		c.RestartPolicy = &types.ContainerRestartPolicy{Enabled: ptr(true)}
	}
	if rapid.Bool().Draw(t, "empty lists") {
		c.Ulimits, c.Secrets, c.Command = []types.Ulimit{}, []types.Secret{}, []string{}
	}
	return c
}

func TestRegisterIsIdempotentOnItsOwnAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		def, err := Register(drawValid(t), testEnv)
		if err != nil {
			t.Fatalf("a valid request is refused: %v", err)
		}
		checkStable(t, def)
	})
}

// TestDefinitionIsAllOfARequestButItsTags notices a member that the SDK gains.
func TestDefinitionIsAllOfARequestButItsTags(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var in request
		fill(t, reflect.ValueOf(&in).Elem())
		sent, kept := reflect.ValueOf(in), reflect.ValueOf(definition(&in)).Elem()
		for i := range sent.NumField() {
			member := sent.Type().Field(i)
			if !member.IsExported() || member.Name == "Tags" {
				continue
			}
			got := kept.FieldByName(member.Name)
			if !got.IsValid() || !reflect.DeepEqual(got.Interface(), sent.Field(i).Interface()) {
				t.Fatalf("%s of the request is lost", member.Name)
			}
		}
	})
}

// TestSmallRequestsMakeSmallDefinitions: Register does not look at the size of those.
func TestSmallRequestsMakeSmallDefinitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawValid(t)
		sent := shortest(t, in)
		def, err := Register(in, testEnv)
		if err != nil {
			t.Fatal(err)
		}
		if got, most := wire.Size(def), 15*len(sent)+maxEncodedBytes-15*smallRequest; got > most {
			t.Fatalf("a definition of %d bytes is made of a request of %d: %s", got, len(sent), sent)
		}
	})
}

// shortest is a request as tersely as a client can send it: without zeros.
func shortest(t *rapid.T, in *request) []byte {
	var members map[string]any
	if err := json.Unmarshal(wire.Marshal(in), &members); err != nil {
		t.Fatal(err)
	}
	var prune func(v any) bool // whether v can be left out of a structure
	prune = func(v any) bool {
		switch v := v.(type) {
		case map[string]any:
			maps.DeleteFunc(v, func(_ string, member any) bool { return prune(member) })
		case []any:
			for _, element := range v {
				prune(element)
			}
		case float64:
			return v == 0
		case bool:
			return !v
		}
		return false
	}
	prune(members)
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(members); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(text.Bytes())
}

func TestEverythingTakesWhatRegisterAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		def, err := Register(drawValid(t), testEnv)
		if err != nil {
			t.Fatal(err)
		}
		var o types.TaskOverride
		fill(t, reflect.ValueOf(&o).Elem())
		for i := range o.ContainerOverrides {
			o.ContainerOverrides[i].Name = def.ContainerDefinitions[0].Name
		}
		launchType := rapid.SampledFrom(types.LaunchType("").Values()).Draw(t, "launch type")
		Unsupported(def, launchType)
		before := wire.Marshal(def)
		r, err := ApplyOverrides(def, &o, launchType)
		if after := wire.Marshal(def); !bytes.Equal(before, after) {
			t.Fatalf("overrides changed the definition\n%s\nto\n%s", before, after)
		}
		if err != nil {
			if !isAWSError(err) {
				t.Fatalf("error %v", err)
			}
			return
		}
		if size := Size(def, &r); size.CPU < 0 || size.MemoryMiB < 0 {
			t.Fatalf("size %+v", size)
		}
		if len(r.Override.ContainerOverrides) != len(def.ContainerDefinitions) {
			t.Fatalf("%d overrides shown for %d containers", len(r.Override.ContainerOverrides), len(def.ContainerDefinitions))
		}
	})
}

// TestParseRefSaysWhatTheTextSays puts a parsed reference together again.
func TestParseRefSaysWhatTheTextSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`(arn:aws:ecs:r:a:task-definition/)?[a-z/]{0,4}(:[1-9a][0-9a]{0,2})?`)).Draw(t, "ref")
		r, err := ParseRef(text)
		if err != nil {
			if !isAWSError(err) {
				t.Fatalf("error %v", err)
			}
			return
		}
		want := r.Family
		if r.Partition != "" {
			want = "arn:aws:ecs:r:a:task-definition/" + want
		}
		if r.Revision != 0 {
			want = fmt.Sprintf("%s:%d", want, r.Revision)
		}
		if text != want {
			t.Fatalf("%q was read as %q", text, want)
		}
	})
}
