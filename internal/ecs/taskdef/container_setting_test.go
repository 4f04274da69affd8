package taskdef

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func dependsOn(name string, condition types.ContainerCondition) []types.ContainerDependency {
	return []types.ContainerDependency{{ContainerName: &name, Condition: condition}}
}

func TestDependencyRefusals(t *testing.T) {
	withSidecar := func() *request { in := webDefinition(); addContainer(in, "init").Essential = ptr(false); return in }
	on := func(name string, condition types.ContainerCondition) func(*request) {
		return func(in *request) { first(in).DependsOn = dependsOn(name, condition) }
	}
	testRefusals(t, withSidecar, []refusal{
		{"unknown", on("x", "START"), "Cannot depend on container + 'x' because it does not exist"},
		{"itself", on("web", "START"), "Container dependsOn contains a cycle"},
		{"no condition", on("init", ""), "condition should be one of [START,COMPLETE,SUCCESS,HEALTHY]"},
		{"unknown condition", on("init", "READY"), "condition should be one of [START,COMPLETE,SUCCESS,HEALTHY]"},
		{"success of essential", func(in *request) { on("init", "SUCCESS")(in); in.ContainerDefinitions[1].Essential = nil },
			"A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"},
		{"completion of essential", func(in *request) { on("init", "COMPLETE")(in); in.ContainerDefinitions[1].Essential = ptr(true) },
			"A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"},
		{"health without check", on("init", "HEALTHY"), "A dependency container with HEALTHY condition must have health check configured"},
		{"cycle", func(in *request) {
			on("init", "START")(in)
			in.ContainerDefinitions[1].DependsOn = dependsOn("web", "START")
		},
			"Container dependsOn contains a cycle"},
		{"long cycle", func(in *request) {
			on("init", "START")(in)
			addContainer(in, "c").DependsOn = dependsOn("web", "START")
			in.ContainerDefinitions[1].DependsOn = dependsOn("c", "START")
		}, "Container dependsOn contains a cycle"},
	})
	testAccepted(t, withSidecar, map[string]func(*request){
		"success": on("init", "SUCCESS"),
		"healthy": func(in *request) {
			on("init", "HEALTHY")(in)
			in.ContainerDefinitions[1].HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}}
		},
	})
}

func TestHealthCheckRefusals(t *testing.T) {
	check := func(change func(*types.HealthCheck)) func(*request) {
		h := &types.HealthCheck{Command: []string{"CMD-SHELL", "true"}}
		change(h)
		return func(in *request) { first(in).HealthCheck = h }
	}
	const atMost = " must be less than or equal to the maximum allowed value "
	const atLeast = " must be greater than or equal to the minimum allowed value "
	testRefusals(t, webDefinition, []refusal{
		{"no command", check(func(h *types.HealthCheck) { h.Command = nil }), "Health check command cannot be empty for container 'web'"},
		{"interval high", check(func(h *types.HealthCheck) { h.Interval = ptr[int32](301) }), "Health check interval" + atMost + "300 for container 'web'"},
		{"interval low", check(func(h *types.HealthCheck) { h.Interval = ptr[int32](4) }), "Health check interval" + atLeast + "5 for container 'web'"},
		{"timeout high", check(func(h *types.HealthCheck) { h.Timeout = ptr[int32](61) }), "Health check timeout" + atMost + "60 for container 'web'"},
		{"timeout low", check(func(h *types.HealthCheck) { h.Timeout = ptr[int32](1) }), "Health check timeout" + atLeast + "2 for container 'web'"},
		{"retries high", check(func(h *types.HealthCheck) { h.Retries = ptr[int32](11) }), "Health check retries" + atMost + "10 for container 'web'"},
		{"retries low", check(func(h *types.HealthCheck) { h.Retries = ptr[int32](0) }), "Health check retries" + atLeast + "1 for container 'web'"},
		{"start period high", check(func(h *types.HealthCheck) { h.StartPeriod = ptr[int32](301) }), "Health check startPeriod" + atMost + "300 for container 'web'"},
		{"start period low", check(func(h *types.HealthCheck) { h.StartPeriod = ptr[int32](-1) }), "Health check startPeriod" + atLeast + "0 for container 'web'"},
	})
	testAccepted(t, webDefinition, map[string]func(*request){
		"bounds": check(func(h *types.HealthCheck) {
			h.Interval, h.Timeout, h.Retries, h.StartPeriod = ptr[int32](5), ptr[int32](60), ptr[int32](10), ptr[int32](0)
		}),
		"bare command": check(func(h *types.HealthCheck) { h.Command = []string{"/healthcheck"} }),
	})
}

func TestLogConfigurationRefusals(t *testing.T) {
	log := func(driver types.LogDriver, options map[string]string) func(*request) {
		return func(in *request) {
			first(in).LogConfiguration = &types.LogConfiguration{LogDriver: driver, Options: options}
		}
	}
	routerWith := func(kind, file string) func(*request) {
		return func(in *request) {
			log("awsfirelens", nil)(in)
			addContainer(in, "router").FirelensConfiguration = &types.FirelensConfiguration{
				Type: "fluentbit", Options: map[string]string{"config-file-type": kind, "config-file-value": file},
			}
		}
	}
	testRefusals(t, webDefinition, []refusal{
		{"no driver", log("", nil), "logDriver can not be empty."},
		{"awslogs without options", log("awslogs", nil), "Log driver awslogs requires options: awslogs-region, awslogs-group"},
		{"awslogs without group", log("awslogs", map[string]string{"awslogs-region": "us-east-1"}), "Log driver awslogs requires options: awslogs-group"},
		{"awslogs without region", log("awslogs", map[string]string{"awslogs-group": "g"}), "Log driver awslogs requires options: awslogs-region"},
		{"awslogs with options of others", log("awslogs", map[string]string{"awslogs-group": "g", "awslogs-region": "us-east-1", "tag": "a", "log_key": "log"}),
			"Log driver awslogs disallows options: log_key, tag"},
		{"firelens without router", log("awsfirelens", nil),
			"When awsfirelens log driver is specified in log configuration, a firelens configuration object must be configured in one of the containers."},
		{"router without type", func(in *request) { first(in).FirelensConfiguration = &types.FirelensConfiguration{} }, "type should be one of [fluentd,fluentbit]"},
		{"router of unknown type", func(in *request) { first(in).FirelensConfiguration = &types.FirelensConfiguration{Type: "vector"} },
			"type should be one of [fluentd,fluentbit]"},
		{"two routers", func(in *request) {
			log("awsfirelens", nil)(in)
			for _, name := range []string{"router", "other"} {
				addContainer(in, name).FirelensConfiguration = &types.FirelensConfiguration{Type: "fluentbit"}
			}
		}, "Only one container can have a firelens configuration object."},
		{"router of no one", func(in *request) { first(in).FirelensConfiguration = &types.FirelensConfiguration{Type: "fluentd"} },
			"When a firelensConfiguration object is specified, at least one container has to be configured with the awsfirelens log driver."},
		{"router with a URL of S3", routerWith("s3", "s3://bucket/router.conf"), "Invalid arn syntax."},
		{"router with a URL", routerWith("s3", "https://bucket.s3.amazonaws.com/router.conf"), "Invalid arn syntax."},
		{"router without its file", routerWith("s3", ""), "Invalid arn syntax."},
	})
	testAccepted(t, webDefinition, map[string]func(*request){
		"json-file": log("json-file", nil),
		"a plugin":  log("loki", nil),
		"awslogs": log("awslogs", map[string]string{
			"awslogs-group": "g", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web", "awslogs-create-group": "true",
			"awslogs-datetime-format": "%Y", "awslogs-multiline-pattern": "^a", "mode": "non-blocking", "max-buffer-size": "25m",
		}),
		"router with a file":       routerWith("file", "/router.conf"),
		"router with a file in S3": routerWith("s3", "arn:aws:s3:::bucket/router.conf"),
	})
}

func TestSecretRefusals(t *testing.T) {
	withRole := func() *request { in := webDefinition(); in.ExecutionRoleArn = ptr(testRole); return in }
	secret := types.Secret{Name: ptr("TOKEN"), ValueFrom: ptr("/web/token")}
	secrets := func(list ...types.Secret) func(*request) {
		return func(in *request) { first(in).Secrets = list }
	}
	file := types.EnvironmentFile{Type: types.EnvironmentFileTypeS3, Value: ptr("arn:aws:s3:::bucket/web.env")}
	files := func(list ...types.EnvironmentFile) func(*request) {
		return func(in *request) { first(in).EnvironmentFiles = list }
	}
	const badParameter = "The Systems Manager parameter name specified for secret TOKEN is invalid. " +
		"The parameter name can be up to 2048 characters and include the following letters and symbols: a-zA-Z0-9_.-"
	const needsRole = "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
	testRefusals(t, withRole, []refusal{
		{"no role", func(in *request) { in.ExecutionRoleArn = nil; secrets(secret)(in) }, needsRole},
		{"no role for log secrets", func(in *request) {
			in.ExecutionRoleArn = nil
			first(in).LogConfiguration = &types.LogConfiguration{LogDriver: "splunk", SecretOptions: []types.Secret{secret}}
		}, needsRole},
		{"no name", secrets(types.Secret{ValueFrom: ptr("x")}), "Secret.name should not be null or empty."},
		{"no value", secrets(types.Secret{Name: ptr("x")}), "Secret.valueFrom should not be null or empty."},
		{"parameter with a key", secrets(types.Secret{Name: ptr("TOKEN"), ValueFrom: ptr("web:token::")}), badParameter},
		{"long parameter", secrets(types.Secret{Name: ptr("TOKEN"), ValueFrom: ptr(strings.Repeat("p", 2049))}), badParameter},
		{"name twice", secrets(secret, secret), "Duplicate secret names found: TOKEN. Each secret name must be unique."},
		{"name of a variable", func(in *request) {
			secrets(secret)(in)
			first(in).Environment = []types.KeyValuePair{{Name: ptr("TOKEN"), Value: ptr("")}}
		}, "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'TOKEN'."},
		{"eleven files", files(file, file, file, file, file, file, file, file, file, file, file),
			"The maximum number of environment files was exceeded. Specify ten or less and try again."},
		{"file by path", files(types.EnvironmentFile{Type: "s3", Value: ptr("s3://bucket/web.env")}), "Invalid arn syntax."},
		{"file type", files(types.EnvironmentFile{Type: "http", Value: file.Value}), "type should be one of [s3]"},
	})
	testAccepted(t, withRole, map[string]func(*request){
		"secret": secrets(secret), "file": files(file),
		"longest parameter": secrets(types.Secret{Name: ptr("TOKEN"), ValueFrom: ptr(strings.Repeat("p", 2048))}),
	})
}

func TestRepositoryCredentialsRefusals(t *testing.T) {
	withRole := func() *request { in := webDefinition(); in.ExecutionRoleArn = ptr(testRole); return in }
	login := func(name *string) func(*request) {
		return func(in *request) {
			first(in).RepositoryCredentials = &types.RepositoryCredentials{CredentialsParameter: name}
		}
	}
	const badName = "The repository credentials parameter specified for container 'web' is invalid. Parameter names can include up to 255 " +
		"(uppercase and lowercase), numbers, hyphens, and underscores are allowed. Spaces are not allowed."
	testRefusals(t, withRole, []refusal{
		{"no role", func(in *request) { in.ExecutionRoleArn = nil; login(ptr("login"))(in) },
			"Private repository authentication requires that the task definition specify a value for executionRoleArn."},
		{"no name", login(nil), badName},
		{"name with spaces", login(ptr("my login")), badName},
	})
	testAccepted(t, withRole, map[string]func(*request){
		"name": login(ptr("login")), "arn": login(ptr("arn:aws:secretsmanager:us-east-1:123456789012:secret:login-AbCdEf")),
	})
}

func TestContainerSettingRefusals(t *testing.T) {
	linux := func(l types.LinuxParameters) func(*request) {
		return func(in *request) { first(in).LinuxParameters = &l }
	}
	ulimit := func(u types.Ulimit) func(*request) {
		return func(in *request) { first(in).Ulimits = []types.Ulimit{u} }
	}
	policy := func(p types.ContainerRestartPolicy) func(*request) {
		return func(in *request) { first(in).RestartPolicy = &p }
	}
	gpu := func(r types.ResourceRequirement) func(*request) {
		return func(in *request) { first(in).ResourceRequirements = []types.ResourceRequirement{r} }
	}
	mps := &types.SharingStrategyMemberNvidiaMps{Value: types.NvidiaMpsAllocation{Memory: ptr[int32](512)}}
	const badGPU = "Invalid 'resourceRequirements' setting for container 'web'."
	const badTmpfs = "The container has an invalid tmpfs size value specified. It must be a non-zero, non-negative integer."
	const badTmpfsMount = "Invalid 'tmpfs' setting for container 'web'."
	tmpfs := func(options ...string) func(*request) {
		return linux(types.LinuxParameters{Tmpfs: []types.Tmpfs{{Size: 1, ContainerPath: ptr("/run"), MountOptions: options}}})
	}
	testRefusals(t, webDefinition, []refusal{
		{"ulimit", ulimit(types.Ulimit{Name: "nofile", SoftLimit: 2, HardLimit: 1}), "Soft limit exceeds hard limit for ulimit nofile"},
		{"ulimit name", ulimit(types.Ulimit{Name: "files"}), "name should be one of [" + joinValues(ulimitNames) + "]"},
		{"ulimit without name", ulimit(types.Ulimit{}), "name should be one of [" + joinValues(ulimitNames) + "]"},
		{"start timeout", func(in *request) { first(in).StartTimeout = ptr[int32](1) }, "Granular start timeout on container 'web' must be at least 2 seconds."},
		{"stop timeout", func(in *request) { first(in).StopTimeout = ptr[int32](1) }, "Granular stop timeout on container 'web' must be at least 2 seconds."},
		{"restart period low", policy(types.ContainerRestartPolicy{Enabled: ptr(true), RestartAttemptPeriod: ptr[int32](59)}),
			"The 'restartAttemptPeriod' setting for container 'web' must be between 60 and 1800."},
		{"restart period high", policy(types.ContainerRestartPolicy{Enabled: ptr(true), RestartAttemptPeriod: ptr[int32](1801)}),
			"The 'restartAttemptPeriod' setting for container 'web' must be between 60 and 1800."},
		{"restart not said", policy(types.ContainerRestartPolicy{}), "The 'enabled' setting of the restart policy for container 'web' must be specified."},
		{"exit codes", policy(types.ContainerRestartPolicy{Enabled: ptr(true), IgnoredExitCodes: make([]int32, 51)}),
			"The 'ignoredExitCodes' setting for container 'web' must have at most 50 exit codes."},
		{"capability", linux(types.LinuxParameters{Capabilities: &types.KernelCapabilities{Drop: []string{"FLY"}}}), "FLY is not a valid capability for container 'web'."},
		{"device", linux(types.LinuxParameters{Devices: []types.Device{{}}}), "Invalid 'devices' setting for container 'web'."},
		{"device permission", linux(types.LinuxParameters{Devices: []types.Device{{HostPath: ptr("/dev/null"), Permissions: []types.DeviceCgroupPermission{"rw"}}}}),
			"permissions should be one of [read,write,mknod]"},
		{"tmpfs size", linux(types.LinuxParameters{Tmpfs: []types.Tmpfs{{ContainerPath: ptr("/run")}}}), badTmpfs},
		{"tmpfs path", linux(types.LinuxParameters{Tmpfs: []types.Tmpfs{{Size: 1}}}), badTmpfsMount},
		{"tmpfs path that is not absolute", linux(types.LinuxParameters{Tmpfs: []types.Tmpfs{{Size: 1, ContainerPath: ptr("run")}}}), badTmpfsMount},
		{"tmpfs size as an option", tmpfs("size=1g"), badTmpfsMount},
		{"tmpfs options in one", tmpfs("ro,size=1g"), badTmpfsMount},
		{"max swap", linux(types.LinuxParameters{MaxSwap: ptr[int32](-1)}), "Invalid 'maxSwap' setting for container 'web'."},
		{"swappiness", linux(types.LinuxParameters{Swappiness: ptr[int32](101)}), "Invalid 'swappiness' setting for container 'web'."},
		{"shared memory", linux(types.LinuxParameters{SharedMemorySize: ptr[int32](-1)}), "Invalid 'sharedMemorySize' setting for container 'web'."},
		{"resource type", gpu(types.ResourceRequirement{Type: "TPU", Value: ptr("1")}), "type should be one of [" + joinValues(resourceTypes) + "]"},
		{"no resource type", gpu(types.ResourceRequirement{Value: ptr("1")}), "type should be one of [" + joinValues(resourceTypes) + "]"},
		{"gpu count", gpu(types.ResourceRequirement{Type: "GPU", Value: ptr("0")}), badGPU},
		{"gpu without value", gpu(types.ResourceRequirement{Type: "GPU"}), badGPU},
		{"gpu value and sharing", gpu(types.ResourceRequirement{Type: "GPU", Value: ptr("1"), SharingStrategy: mps}), badGPU},
		{"sharing of another type", gpu(types.ResourceRequirement{Type: "NeuronDevice", SharingStrategy: mps}), badGPU},
		{"two credential specs", func(in *request) { first(in).CredentialSpecs = []string{"credentialspec:a", "credentialspec:b"} },
			"Container 'web' cannot have more than one credential spec."},
		{"credential spec", func(in *request) { first(in).CredentialSpecs = []string{"arn"} }, "Invalid 'credentialSpecs' setting for container 'web'."},
		{"version consistency", func(in *request) { first(in).VersionConsistency = "on" }, "versionConsistency should be one of [enabled,disabled]"},
	})
	testAccepted(t, webDefinition, map[string]func(*request){
		"unlimited":   ulimit(types.Ulimit{Name: "memlock", SoftLimit: 5, HardLimit: -1}),
		"shared gpu":  gpu(types.ResourceRequirement{Type: "GPU", SharingStrategy: mps}),
		"all gpus":    gpu(types.ResourceRequirement{Type: "GPU", Value: ptr("ALL")}),
		"tmpfs":       tmpfs("ro", "nosuid", "mode=1777"),
		"no shm":      linux(types.LinuxParameters{SharedMemorySize: ptr[int32](0)}),
		"no swap":     linux(types.LinuxParameters{MaxSwap: ptr[int32](0), Swappiness: ptr[int32](0)}),
		"two seconds": func(in *request) { first(in).StartTimeout, first(in).StopTimeout = ptr[int32](2), ptr[int32](2) },
	})
}

func TestTaskSettingRefusals(t *testing.T) {
	proxy := func(container string) func(*request) {
		return func(in *request) { in.ProxyConfiguration = &types.ProxyConfiguration{ContainerName: &container} }
	}
	mesh := func(properties ...string) func(*request) {
		return func(in *request) {
			in.NetworkMode = "awsvpc"
			in.ProxyConfiguration = &types.ProxyConfiguration{ContainerName: ptr("web")}
			for _, name := range properties {
				in.ProxyConfiguration.Properties = append(in.ProxyConfiguration.Properties, types.KeyValuePair{Name: &name, Value: ptr("1")})
			}
		}
	}
	constraint := func(c types.TaskDefinitionPlacementConstraint) func(*request) {
		return func(in *request) { in.PlacementConstraints = []types.TaskDefinitionPlacementConstraint{c} }
	}
	role := func(s string) func(*request) { return func(in *request) { in.TaskRoleArn = &s } }
	requires := func(c ...types.Compatibility) func(*request) {
		return func(in *request) { in.RequiresCompatibilities = c }
	}
	storage := func(gib int32) func(*request) {
		return func(in *request) { in.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: gib} }
	}
	testRefusals(t, webDefinition, []refusal{
		{"proxy container", proxy("envoy"), "Proxy container [envoy] does not exist."},
		{"proxy network mode", proxy("web"), "APPMESH proxy configuration is only supported in networkMode=awsvpc"},
		{"proxy type", func(in *request) { proxy("web")(in); in.ProxyConfiguration.Type = "ENVOY" }, "type should be one of [APPMESH]"},
		{"proxy without ingress", mesh("IgnoredUID"), "Ingress port not found"},
		{"proxy without egress", mesh("ProxyIngressPort", "AppPorts"), "Egress port not found"},
		{"proxy of no ports", mesh("ProxyIngressPort", "ProxyEgressPort"), "App ports not found"},
		{"constraint type", constraint(types.TaskDefinitionPlacementConstraint{Type: "distinctInstance", Expression: ptr("x")}), "constraint.type 'distinctInstance' is not supported."},
		{"pid mode", func(in *request) { in.PidMode = "none" }, "none is not a valid value for pidMode. The value must be one of [task,host]"},
		{"ipc mode", func(in *request) { in.IpcMode = "shared" }, "shared is not a valid value for ipcMode. The value must be one of [task,host,none]"},
		{"cpu architecture", func(in *request) { in.RuntimePlatform = &types.RuntimePlatform{CpuArchitecture: "RISCV"} }, "Invalid CPU architecture"},
		{"inference accelerators", func(in *request) {
			//lint:ignore SA1019 the retired member is what is refused
			in.InferenceAccelerators = []types.InferenceAccelerator{{DeviceName: ptr("d"), DeviceType: ptr("eia1.medium")}}
		}, "Unsupported field 'inferenceAccelerators'."},
		{"storage on a bridge", storage(30), "Tasks using the EC2 launch type do not support EphemeralStorage."},
		{"storage on EC2", func(in *request) { storage(30)(in); in.NetworkMode = "awsvpc"; requires("EC2")(in) },
			"Tasks using the EC2 launch type do not support EphemeralStorage."},
		{"empty role", role(""), "Role is not valid"},
		{"role of another service", role("arn:aws:s3:::bucket"), "Role is not valid"},
		{"user for a role", role("arn:aws:iam::123456789012:user/alice"), "Role is not valid"},
		{"role characters", role("a/b"), "Role is not valid"},
		{"role length", role(strings.Repeat("r", 65)), "Role is not valid"},
		{"unknown compatibility", requires("LAMBDA"), "requiresCompatibilities should be one of [EC2,FARGATE,EXTERNAL,MANAGED_INSTANCES]"},
		{"awsvpc on external instances", func(in *request) { in.NetworkMode = "awsvpc"; requires("EXTERNAL")(in) }, "Task definition does not support launch_type EXTERNAL."},
		{"bridge on managed instances", requires("MANAGED_INSTANCES"), "Task definition does not support launch_type MANAGED_INSTANCES."},
	})
	in := webDefinition()
	constraint(types.TaskDefinitionPlacementConstraint{Type: "memberOf"})(in)
	_, err := Register(in, testEnv)
	wantInvalidParameter(t, err, "memberOf expression should be specified.")
	in.PlacementConstraints = make([]types.TaskDefinitionPlacementConstraint, 11)
	_, err = Register(in, testEnv)
	wantInvalidParameter(t, err, "Maximum number of constraints is 10.")
}
