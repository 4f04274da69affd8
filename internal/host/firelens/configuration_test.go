package firelens

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

const taskARN = "arn:aws:ecs:us-east-1:000000000000:task/shop/abc"

func onFargate() Task {
	return Task{ARN: taskARN, Cluster: "shop", Definition: "web:7", OnFargate: true, NetworkMode: types.NetworkModeAwsvpc}
}

func onInstance(mode types.NetworkMode) Task {
	return Task{ARN: taskARN, Cluster: "shop", Definition: "web:7", InstanceID: "i-1", NetworkMode: mode}
}

// pair is an application and its log router.
func pair(kind types.FirelensConfigurationType, options, logOptions map[string]string) []types.ContainerDefinition {
	return []types.ContainerDefinition{
		{Name: new("app"), LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwsfirelens, Options: logOptions}},
		{Name: new("router"), Memory: new(int32(100)), FirelensConfiguration: &types.FirelensConfiguration{Type: kind, Options: options}},
	}
}

func TestConfigurations(t *testing.T) {
	http := map[string]string{"Name": "http", "Host": "logs", "include-pattern": "^[a-z]", "exclude-pattern": "health"}
	for _, c := range []struct {
		name       string
		task       Task
		containers []types.ContainerDefinition
		path, want string
	}{
		{"Fluent Bit on Fargate", onFargate(), pair("fluentbit", nil, http), "/fluent-bit/etc/fluent-bit.conf", `
[INPUT]
    Name tcp
    Tag firelens-healthcheck
    Listen 127.0.0.1
    Port 8877

[INPUT]
    Name forward
    Mem_Buf_Limit 50MB
    unix_path /var/run/fluent.sock

[INPUT]
    Name forward
    Listen 127.0.0.1
    Port 24224

[FILTER]
    Name   grep
    Match app-firelens*
    Regex  log ^[a-z]

[FILTER]
    Name   grep
    Match app-firelens*
    Exclude log health

[FILTER]
    Name record_modifier
    Match *
    Record ecs_cluster shop
    Record ecs_task_arn arn:aws:ecs:us-east-1:000000000000:task/shop/abc
    Record ecs_task_definition web:7

[OUTPUT]
    Name null
    Match firelens-healthcheck

[OUTPUT]
    Name http
    Match app-firelens*
    Host logs
`},
		{"with a file, in a host's network", onInstance(types.NetworkModeHost),
			pair("fluentbit", map[string]string{optionFileType: "s3", optionFileValue: "arn:aws:s3:::b/k"}, nil), "/fluent-bit/etc/fluent-bit.conf", `
[INPUT]
    Name forward
    Mem_Buf_Limit 50MB
    unix_path /var/run/fluent.sock

[FILTER]
    Name record_modifier
    Match *
    Record ec2_instance_id i-1
    Record ecs_cluster shop
    Record ecs_task_arn arn:aws:ecs:us-east-1:000000000000:task/shop/abc
    Record ecs_task_definition web:7

@INCLUDE /fluent-bit/etc/external.conf
`},
		{"Fluentd on a bridge, without metadata", onInstance(types.NetworkModeBridge),
			pair("fluentd", map[string]string{optionMetadata: "maybe", optionFileType: "file", optionFileValue: "/more.conf"},
				map[string]string{"@type": "s3", "include-pattern": "x", "s3_bucket": "b"}), "/fluentd/etc/fluent.conf", `
<source>
    @type unix
    path /var/run/fluent.sock
</source>

<source>
    @type forward
    bind 0.0.0.0
    port 24224
</source>

<filter app-firelens**>
    @type  grep
    <regexp>
        key log
        pattern x
    </regexp>
</filter>

@include /more.conf

<match app-firelens**>
    @type s3
    s3_bucket b
</match>
`},
		{"in YAML", onInstance(types.NetworkModeBridge),
			pair("fluentbit", map[string]string{optionFileType: "s3", optionFileValue: "arn:aws:s3:::b/k.YML"}, http), "/fluent-bit/etc/fluent-bit.yaml", `
includes:
  - "/fluent-bit/etc/external.yaml"
pipeline:
  inputs:
    - name: "forward"
      Mem_Buf_Limit: "50MB"
      unix_path: "/var/run/fluent.sock"

    - name: "forward"
      Listen: "0.0.0.0"
      Port: "24224"

    - name: "tcp"
      tag: "firelens-healthcheck"
      Listen: "127.0.0.1"
      Port: "8877"

  filters:
    - name: grep
      match: "app-firelens*"
      regex: "log ^[a-z]"

    - name: grep
      match: "app-firelens*"
      exclude: "log health"

    - name: record_modifier
      match: "*"
      record:
        - "ec2_instance_id i-1"
        - "ecs_cluster shop"
        - "ecs_task_arn arn:aws:ecs:us-east-1:000000000000:task/shop/abc"
        - "ecs_task_definition web:7"

  outputs:
    - name: "null"
      match: "firelens-healthcheck"

    - name: "http"
      match: "app-firelens*"
      Host: "logs"

`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := NewConfiguration(c.task, c.containers)
			if err != nil {
				t.Fatal(err)
			}
			if got.Path != c.path {
				t.Errorf("at %s, want %s", got.Path, c.path)
			}
			if diff := cmp.Diff(c.want, got.Text); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The name of the file with more configuration says whether Fluent Bit's is in YAML, and never Fluentd's.
func TestPlacesOfFiles(t *testing.T) {
	for _, c := range []struct {
		kind                  types.FirelensConfigurationType
		from, file            string
		path, object, include string
	}{
		{"fluentbit", "s3", "arn:aws:s3:::b/k.yaml", "/fluent-bit/etc/fluent-bit.yaml", "/fluent-bit/etc/external.yaml", `- "/fluent-bit/etc/external.yaml"`},
		{"fluentbit", "s3", "arn:aws:s3:::b/yaml", "/fluent-bit/etc/fluent-bit.conf", "/fluent-bit/etc/external.conf", "@INCLUDE /fluent-bit/etc/external.conf"},
		{"fluentbit", "file", "/more.Yml", "/fluent-bit/etc/fluent-bit.yaml", "", `- "/more.Yml"`},
		{"fluentbit", "file", "/more.yaml.conf", "/fluent-bit/etc/fluent-bit.conf", "", "@INCLUDE /more.yaml.conf"},
		{"fluentd", "s3", "arn:aws:s3:::b/k.yaml", "/fluentd/etc/fluent.conf", "/fluentd/etc/external.conf", "@include /fluentd/etc/external.conf"},
		{"fluentd", "file", "/more.yml", "/fluentd/etc/fluent.conf", "", "@include /more.yml"},
	} {
		got, err := NewConfiguration(onFargate(), pair(c.kind, map[string]string{optionFileType: c.from, optionFileValue: c.file}, nil))
		if err != nil || got.Path != c.path || got.ObjectPath != c.object || !strings.Contains(got.Text, c.include+"\n") {
			t.Errorf("%s with %s: %v, %+v", c.kind, c.file, err, got)
		}
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	const options = "unable to initialize firelens resource: error parsing firelens options: "
	const noName = "missing output key Name which is required for firelens configuration of type fluentbit"
	for want, containers := range map[string][]types.ContainerDefinition{
		options + "invalid value ftp is specified for option config-file-type":                  pair("fluentbit", map[string]string{optionFileType: "ftp"}, nil),
		options + "option config-file-type is specified but config-file-value is not specified": pair("fluentd", map[string]string{optionFileType: "file"}, nil),
		missing("config", noName):      pair("fluentbit", nil, map[string]string{"Host": "h"}),
		missing("yaml config", noName): pair("fluentbit", map[string]string{optionFileType: "file", optionFileValue: "/f.yaml"}, map[string]string{"Host": "h"}),
		missing("config", "missing output key @type which is required for firelens configuration of type fluentd"): pair("fluentd", nil, map[string]string{"Name": "http"}),
	} {
		if _, err := NewConfiguration(onFargate(), containers); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func missing(of, what string) string {
	return "unable to generate firelens config file: unable to generate firelens " + of + ": unable to apply log options of container app to firelens config: " + what
}

func TestBufferLimit(t *testing.T) {
	for _, c := range []struct {
		memory, reservation *int32
		want                string
	}{
		{new(int32(100)), nil, "50MB"}, {nil, new(int32(55)), "27MB"}, {nil, nil, "25MB"}, {new(int32(200)), new(int32(50)), "25MB"}, {new(int32(200)), new(int32(1)), "25MB"},
	} {
		if got := bufferLimit(&types.ContainerDefinition{Memory: c.memory, MemoryReservation: c.reservation}); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// The two kinds of routers do not read expressions in one way.
func TestRoutersAreOfTheirKind(t *testing.T) {
	for kind, want := range map[types.FirelensConfigurationType]bool{"fluentbit": false, "fluentd": true} {
		c, err := NewConfiguration(onFargate(), pair(kind, nil, nil))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Router("/fluent.sock").Fluentd; got != want {
			t.Errorf("%s: Fluentd is %v", kind, got)
		}
	}
}

// The router has a variable for each secret, and the options name it.
func TestSecretsBecomeVariablesOfTheRouter(t *testing.T) {
	for kind, want := range map[types.FirelensConfigurationType]string{"fluentbit": "${apikey_0}", "fluentd": `"#{ENV['apikey_0']}"`} {
		before := pair(kind, nil, nil)
		before[0].LogConfiguration.SecretOptions = []types.Secret{{Name: new("apikey"), ValueFrom: new("/key")}}
		after := WithRouter(before)
		if got := after[0].LogConfiguration; got.Options["apikey"] != want || got.SecretOptions != nil {
			t.Errorf("%s: %+v", kind, got)
		}
		if got := after[1].Secrets; len(got) != 1 || *got[0].Name != "apikey_0" || *got[0].ValueFrom != "/key" {
			t.Errorf("%s: the router has %+v", kind, got)
		}
		if before[0].LogConfiguration.Options != nil || before[1].Secrets != nil || before[0].DependsOn != nil || before[1].MountPoints != nil {
			t.Errorf("%s: the definition has changed", kind)
		}
	}
}

func TestOthersStartAfterTheRouter(t *testing.T) {
	on := func(name string, condition types.ContainerCondition) []types.ContainerDependency {
		return []types.ContainerDependency{{ContainerName: &name, Condition: condition}}
	}
	for _, c := range []struct {
		name            string
		ofApp, ofRouter []types.ContainerDependency
		want            string
	}{
		{"by itself", nil, nil, "router START"},
		{"with a dependency of its own", on("router", types.ContainerConditionHealthy), nil, "router HEALTHY"},
		{"with a dependency on another one", on("db", types.ContainerConditionStart), nil, "db START, router START"},
		{"unless the router waits for a container", nil, on("db", types.ContainerConditionStart), ""},
	} {
		containers := pair("fluentbit", nil, nil)
		containers[0].DependsOn, containers[1].DependsOn = c.ofApp, c.ofRouter
		var got []string
		for _, d := range WithRouter(containers)[0].DependsOn {
			got = append(got, *d.ContainerName+" "+string(d.Condition))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

// A driver that is not asynchronous has the engine wait for a router that is gone.
func TestTheLogDriverIsAsynchronous(t *testing.T) {
	d := pair("fluentbit", nil, map[string]string{"Name": "http", optionBufferLimit: "2000"})[0]
	got := Log(&d, taskARN, "/v/fluent.sock")
	want := map[string]string{
		"tag": "app-firelens-abc", "fluentd-address": "unix:///v/fluent.sock", "fluentd-async": "true", "fluentd-sub-second-precision": "true", "fluentd-buffer-limit": "2000",
	}
	if diff := cmp.Diff(want, got.Options); diff != "" || got.Driver != "fluentd" {
		t.Errorf("%s (-want +got):\n%s", got.Driver, diff)
	}
}

func TestTheSocketsPathIsShort(t *testing.T) {
	if got, err := Socket("/var/lib/docker/volumes/v/_data"); err != nil || got != "/var/lib/docker/volumes/v/_data/fluent.sock" {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := Socket("/" + strings.Repeat("x", 100)); err == nil {
		t.Error("a path that is too long is taken")
	}
}
