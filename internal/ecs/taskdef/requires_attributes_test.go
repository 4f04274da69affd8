package taskdef

import (
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// attributeNames are a definition's required attributes with short prefixes.
func attributeNames(def *types.TaskDefinition) []string {
	names := []string{}
	for _, a := range def.RequiresAttributes {
		name := strings.Replace(*a.Name, "com.amazonaws.ecs.capability.", "C ", 1)
		names = append(names, strings.Replace(name, "ecs.capability.", "E ", 1))
	}
	slices.Sort(names)
	return names
}

func wantAttributes(t *testing.T, def *types.TaskDefinition, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := attributeNames(def); !slices.Equal(got, want) {
		t.Errorf("required attributes %q, want %q", got, want)
	}
}

// The attributes that AWS answered for a definition of this kind in a field report.
func TestRequiresAttributesOfAUsualFargateDefinition(t *testing.T) {
	wantAttributes(t, mustRegister(t, fargateDefinition()),
		"C logging-driver.awslogs", "E execution-role-awslogs", "C ecr-auth", "C docker-remote-api.1.19",
		"E execution-role-ecr-pull", "C docker-remote-api.1.18", "E task-eni", "C docker-remote-api.1.29")
}

func TestRequiresAttributes(t *testing.T) {
	asm := types.Secret{Name: ptr("A"), ValueFrom: ptr("arn:aws:secretsmanager:us-east-1:123456789012:secret:a-123456")}
	ssm := types.Secret{Name: ptr("B"), ValueFrom: ptr("/web/b")}
	volume := func(v types.Volume) func(*request) { v.Name = ptr("v"); return volumes(v) }
	log := func(driver types.LogDriver) func(*request) {
		return func(in *request) { first(in).LogConfiguration = &types.LogConfiguration{LogDriver: driver} }
	}
	for _, c := range []struct {
		name   string
		change func(*request)
		want   []string
	}{
		{"nothing special", func(*request) {}, nil},
		{"json-file", log("json-file"), []string{"C logging-driver.json-file", "C docker-remote-api.1.18"}},
		{"journald", log("journald"), []string{"C logging-driver.journald", "C docker-remote-api.1.19"}},
		{"gelf", log("gelf"), []string{"C logging-driver.gelf", "C docker-remote-api.1.20"}},
		{"splunk", log("splunk"), []string{"C logging-driver.splunk", "C docker-remote-api.1.22"}},
		{"non-blocking", func(in *request) {
			log("syslog")(in)
			first(in).LogConfiguration.Options = map[string]string{"mode": "non-blocking"}
		}, []string{"C logging-driver.syslog", "C docker-remote-api.1.18", "C docker-remote-api.1.28"}},
		{"ECR without role", func(in *request) { first(in).Image = ptr("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web") }, []string{"C ecr-auth"}},
		{"ECR dual stack", func(in *request) { first(in).Image = ptr("123456789012.dkr-ecr.us-east-1.on.aws/web") }, []string{"C ecr-auth"}},
		{"the emulator's registry", func(in *request) { first(in).Image, in.ExecutionRoleArn = ptr("127.0.0.1:4577/web"), ptr("exec") },
			[]string{"C ecr-auth", "E execution-role-ecr-pull"}},
		{"another registry", func(in *request) { first(in).Image, in.ExecutionRoleArn = ptr("127.0.0.1:5000/web"), ptr("exec") }, nil},
		{"labels", func(in *request) { first(in).DockerLabels = map[string]string{"a": "b"} }, []string{"C docker-remote-api.1.18"}},
		{"ulimits in two containers", func(in *request) {
			first(in).Ulimits = []types.Ulimit{{Name: "nofile"}}
			addContainer(in, "b").Ulimits = []types.Ulimit{{Name: "nofile"}}
		}, []string{"C docker-remote-api.1.18"}},
		{"task role", func(in *request) { in.TaskRoleArn = ptr("app") }, []string{"C task-iam-role"}},
		{"task role on the host's network", func(in *request) { in.TaskRoleArn, in.NetworkMode = ptr("app"), "host" }, []string{"C task-iam-role-network-host"}},
		{"secrets", func(in *request) { in.ExecutionRoleArn = ptr("exec"); first(in).Secrets = []types.Secret{asm, ssm} },
			[]string{"E secrets.asm.environment-variables", "E secrets.ssm.environment-variables"}},
		{"log secrets", func(in *request) {
			in.ExecutionRoleArn = ptr("exec")
			log("splunk")(in)
			first(in).LogConfiguration.SecretOptions = []types.Secret{asm, ssm}
		}, []string{"C logging-driver.splunk", "C docker-remote-api.1.22", "E secrets.asm.bootstrap.log-driver", "E secrets.ssm.bootstrap.log-driver"}},
		{"environment files", func(in *request) {
			first(in).EnvironmentFiles = []types.EnvironmentFile{{Type: "s3", Value: ptr("arn:aws:s3:::b/w.env")}}
		}, []string{"E env-files.s3"}},
		{"repository credentials", func(in *request) {
			in.ExecutionRoleArn = ptr("exec")
			first(in).RepositoryCredentials = &types.RepositoryCredentials{CredentialsParameter: ptr("login")}
		}, []string{"E private-registry-authentication.secretsmanager"}},
		{"privileged", func(in *request) { first(in).Privileged = ptr(true) }, []string{"C privileged-container"}},
		{"stop timeout", func(in *request) { first(in).StopTimeout = ptr[int32](5) }, []string{"E container-ordering"}},
		{"health check", func(in *request) { first(in).HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}} }, []string{"E container-health-check"}},
		{"restart policy", func(in *request) { first(in).RestartPolicy = &types.ContainerRestartPolicy{Enabled: ptr(false)} }, []string{"E container-restart-policy"}},
		{"init", func(in *request) { first(in).LinuxParameters = &types.LinuxParameters{InitProcessEnabled: ptr(true)} }, []string{"C docker-remote-api.1.25"}},
		{"shared memory", func(in *request) {
			first(in).LinuxParameters = &types.LinuxParameters{SharedMemorySize: ptr[int32](64)}
		}, []string{"C docker-remote-api.1.22"}},
		{"port range", setPorts("", portRange("80-90")), []string{"E network.container-port-range"}},
		{"log router", func(in *request) {
			first(in).FirelensConfiguration = &types.FirelensConfiguration{Type: "fluentbit", Options: map[string]string{"config-file-type": "file"}}
			addContainer(in, "b").LogConfiguration = &types.LogConfiguration{LogDriver: "awsfirelens"}
		}, []string{"E firelens.fluentbit", "E firelens.options.config.file", "C logging-driver.awsfirelens"}},
		{"security options", func(in *request) { first(in).DockerSecurityOptions = []string{"label:type:x", "apparmor:p"} }, []string{"C selinux", "C apparmor"}},
		{"credential spec as a security option", func(in *request) { first(in).DockerSecurityOptions = []string{"credentialspec:file://web.json"} }, []string{"E gmsa"}},
		{"extra hosts in host mode", func(in *request) {
			in.NetworkMode, first(in).ExtraHosts = "host", []types.HostEntry{{Hostname: ptr("db"), IpAddress: ptr("10.0.0.2")}}
		}, []string{"C docker-remote-api.1.24"}},
		{"extra hosts", func(in *request) {
			first(in).ExtraHosts = []types.HostEntry{{Hostname: ptr("db"), IpAddress: ptr("10.0.0.2")}}
		}, nil},
		{"credential spec", func(in *request) { first(in).CredentialSpecs = []string{"credentialspec:arn"} }, []string{"E gmsa"}},
		{"domainless credential spec", func(in *request) { first(in).CredentialSpecs = []string{"credentialspecdomainless:arn"} }, []string{"E gmsa-domainless"}},
		{"pid mode", func(in *request) { in.PidMode = "task" }, []string{"E pid-ipc-namespace-sharing"}},
		{"fault injection", func(in *request) { in.EnableFaultInjection = ptr(true) }, []string{"E fault-injection"}},
		{"task size", func(in *request) { in.Cpu = ptr("10240") }, nil},
		{"large task", func(in *request) { in.Cpu = ptr("10241") }, []string{"E increased-task-cpu-limit"}},
		{"image by digest", func(in *request) { first(in).Image = ptr("nginx@sha256:" + strings.Repeat("0", 64)) }, []string{"C docker-remote-api.1.21"}},
		{"proxy", func(in *request) {
			in.NetworkMode, in.ProxyConfiguration = "awsvpc", &types.ProxyConfiguration{ContainerName: ptr("web")}
			for _, name := range []string{"AppPorts", "ProxyIngressPort", "ProxyEgressPort"} {
				in.ProxyConfiguration.Properties = append(in.ProxyConfiguration.Properties, types.KeyValuePair{Name: &name, Value: ptr("1")})
			}
		}, []string{"C docker-remote-api.1.18", "E task-eni", "E aws-appmesh"}},
		{"efs", volume(types.Volume{EfsVolumeConfiguration: &types.EFSVolumeConfiguration{
			FileSystemId: ptr("fs-1"), AuthorizationConfig: &types.EFSAuthorizationConfig{},
		}}), []string{"E efs", "E efsAuth", "C docker-remote-api.1.25"}},
		{"s3 files", volume(types.Volume{S3filesVolumeConfiguration: &types.S3FilesVolumeConfiguration{FileSystemArn: ptr("arn")}}), []string{"E storage.s3-files"}},
		{"fsx", volume(types.Volume{FsxWindowsFileServerVolumeConfiguration: &types.FSxWindowsFileServerVolumeConfiguration{
			FileSystemId: ptr("fs-1"), RootDirectory: ptr("d"),
			AuthorizationConfig: &types.FSxWindowsFileServerAuthorizationConfig{CredentialsParameter: ptr("a"), Domain: ptr("d")},
		}}), []string{"E fsxWindowsFileServer"}},
		{"docker volume", volume(types.Volume{DockerVolumeConfiguration: &types.DockerVolumeConfiguration{Driver: ptr("rexray/ebs")}}),
			[]string{"E docker-plugin.rexray/ebs", "C docker-remote-api.1.25"}},
		{"volume configured at launch", func(in *request) {
			volume(types.Volume{ConfiguredAtLaunch: ptr(true)})(in)
			first(in).MountPoints = []types.MountPoint{{SourceVolume: ptr("v"), ContainerPath: ptr("/v")}}
		}, []string{"E storage.ebs-task-volume-attach"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := webDefinition()
			c.change(in)
			wantAttributes(t, mustRegister(t, in), c.want...)
		})
	}
}
