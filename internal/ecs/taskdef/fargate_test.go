package taskdef

import (
	"fmt"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func TestFargateRefusals(t *testing.T) {
	linux := func(l types.LinuxParameters) func(*request) {
		return func(in *request) { first(in).LinuxParameters = &l }
	}
	size := func(cpu, memory string) func(*request) {
		return func(in *request) { in.Cpu, in.Memory = &cpu, &memory }
	}
	const unsupported = "Fargate compatible task definitions do not support "
	testRefusals(t, fargateDefinition, []refusal{
		{"no network mode", func(in *request) { in.NetworkMode = "" }, "Fargate only supports network mode ‘awsvpc’."},
		{"bridge", func(in *request) { in.NetworkMode = "bridge" }, "Fargate only supports network mode ‘awsvpc’."},
		{"no cpu", func(in *request) { in.Cpu = nil }, "Fargate requires that 'cpu' be defined at the task level."},
		{"no memory", func(in *request) { in.Memory = nil; first(in).Memory = ptr[int32](64) }, "Fargate requires that 'memory' be defined at the task level."},
		{"size", size("512", "512"), "No Fargate configuration exists for given values: 512 CPU, 512 memory. See the Amazon ECS documentation for the valid values."},
		{"size in other units", size("1 vCPU", "1 GB"), "No Fargate configuration exists for given values: 1024 CPU, 1024 memory. See the Amazon ECS documentation for the valid values."},
		{"small Windows", func(in *request) {
			in.RuntimePlatform = &types.RuntimePlatform{OperatingSystemFamily: "WINDOWS_SERVER_2022_CORE"}
		},
			"No Fargate configuration exists for given values: 256 CPU, 512 memory. See the Amazon ECS documentation for the valid values."},
		{"log driver", func(in *request) { first(in).LogConfiguration.LogDriver = "json-file" },
			"json-file is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]"},
		{"router with a file in S3", func(in *request) {
			first(in).LogConfiguration = &types.LogConfiguration{LogDriver: "awsfirelens"}
			addContainer(in, "router").FirelensConfiguration = &types.FirelensConfiguration{
				Type: "fluentbit", Options: map[string]string{"config-file-type": "s3", "config-file-value": "arn:aws:s3:::bucket/router.conf"},
			}
		}, "Fargate launch type does not support FirelensConfiguration config file from 's3'"},
		{"awslogs without role", func(in *request) { in.ExecutionRoleArn = nil },
			"Fargate requires task definition to have execution role ARN to support log driver awslogs."},
		{"awslogs without prefix", func(in *request) { delete(first(in).LogConfiguration.Options, "awslogs-stream-prefix") },
			"Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs."},
		{"ECR without role", func(in *request) { in.ExecutionRoleArn = nil; first(in).LogConfiguration = nil },
			"Fargate requires task definition to have execution role ARN to support ECR images."},
		{"the emulator's registry without role", func(in *request) {
			in.ExecutionRoleArn, first(in).LogConfiguration, first(in).Image = nil, nil, ptr("127.0.0.1:4577/web:1")
		}, "Fargate requires task definition to have execution role ARN to support ECR images."},
		{"privileged", func(in *request) { first(in).Privileged = ptr(true) }, "Fargate requires that the ‘privileged’ setting be ‘false’ at the container level."},
		{"host processes", func(in *request) { in.PidMode = "host" },
			"Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'."},
		{"gpu", func(in *request) {
			first(in).ResourceRequirements = []types.ResourceRequirement{{Type: "GPU", Value: ptr("1")}}
		}, "Tasks using the Fargate launch type do not support GPU resource requirements."},
		{"capability", linux(types.LinuxParameters{Capabilities: &types.KernelCapabilities{Add: []string{"SYS_PTRACE", "NET_ADMIN"}}}),
			"NET_ADMIN is not allowed on Fargate."},
		{"stop timeout", func(in *request) { first(in).StopTimeout = ptr[int32](121) },
			"Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds."},
		{"operating system", func(in *request) {
			in.RuntimePlatform = &types.RuntimePlatform{OperatingSystemFamily: "BEOS"}
		}, "Tasks using the Fargate launch type are not supported on operating system family BEOS"},
		{"ipc mode", func(in *request) { in.IpcMode = "task" }, unsupported + "ipcMode"},
		{"host path", volumes(types.Volume{Name: ptr("v"), Host: &types.HostVolumeProperties{SourcePath: ptr("/data")}}), unsupported + "sourcePath"},
		{"docker volume", volumes(types.Volume{Name: ptr("v"), DockerVolumeConfiguration: &types.DockerVolumeConfiguration{}}), unsupported + "dockerVolumeConfiguration"},
		{"security options", func(in *request) { first(in).DockerSecurityOptions = []string{"no-new-privileges"} }, unsupported + "dockerSecurityOptions"},
		{"constraints", func(in *request) {
			in.PlacementConstraints = []types.TaskDefinitionPlacementConstraint{{Type: "memberOf", Expression: ptr("x == y")}}
		}, unsupported + "constraints"},
		{"fsx", volumes(types.Volume{Name: ptr("v"), FsxWindowsFileServerVolumeConfiguration: &types.FSxWindowsFileServerVolumeConfiguration{
			FileSystemId: ptr("fs-1"), RootDirectory: ptr("d"),
			AuthorizationConfig: &types.FSxWindowsFileServerAuthorizationConfig{CredentialsParameter: ptr("arn"), Domain: ptr("d")},
		}}), unsupported + "fsxWindowsFileServerVolumeConfiguration"},
		{"devices", linux(types.LinuxParameters{Devices: []types.Device{{HostPath: ptr("/dev/null")}}}), unsupported + "devices"},
		{"shared memory", linux(types.LinuxParameters{SharedMemorySize: ptr[int32](64)}), unsupported + "sharedMemorySize"},
		{"max swap", linux(types.LinuxParameters{MaxSwap: ptr[int32](0)}), unsupported + "maxSwap"},
		{"swappiness", linux(types.LinuxParameters{Swappiness: ptr[int32](60)}), unsupported + "swappiness"},
		{"little storage", func(in *request) { in.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: 20} }, "EphemeralStorage size should be at least 21"},
		{"much storage", func(in *request) { in.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: 201} }, "EphemeralStorage size should be at most 200"},
	})
	testAccepted(t, fargateDefinition, map[string]func(*request){
		"storage": func(in *request) { in.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: 21} },
		"ptrace and tmpfs": linux(types.LinuxParameters{
			Capabilities: &types.KernelCapabilities{Add: []string{"SYS_PTRACE"}, Drop: []string{"ALL"}},
			Tmpfs:        []types.Tmpfs{{ContainerPath: ptr("/run"), Size: 16}},
		}),
		"task processes": func(in *request) { in.PidMode = "task" },
		"longest stop":   func(in *request) { first(in).StopTimeout = ptr[int32](120) },
		"any long start": func(in *request) { first(in).StartTimeout = ptr[int32](121) },
		"scratch volume": volumes(types.Volume{Name: ptr("v"), Host: &types.HostVolumeProperties{}}),
		"public image without role": func(in *request) {
			in.ExecutionRoleArn, first(in).LogConfiguration = nil, nil
			first(in).Image = ptr("public.ecr.aws/nginx/nginx:latest")
		},
	})
}

// TestFargateSizes counts the sizes of the developer guide's table.
func TestFargateSizes(t *testing.T) {
	counts := map[string]int{}
	for cpu := int64(0); cpu <= 32768; cpu += 128 {
		for memory := int64(0); memory <= 131072; memory += 512 {
			for _, windows := range []bool{false, true} {
				if isFargateSize(cpu, memory, windows) {
					counts[fmt.Sprintf("%d windows=%t", cpu, windows)]++
				}
			}
		}
	}
	want := map[string]int{
		"256 windows=false": 3, "512 windows=false": 4, "1024 windows=false": 7, "2048 windows=false": 13,
		"4096 windows=false": 23, "8192 windows=false": 12, "16384 windows=false": 12,
		"1024 windows=true": 7, "2048 windows=true": 13, "4096 windows=true": 23,
	}
	if fmt.Sprint(counts) != fmt.Sprint(want) {
		t.Errorf("sizes per cpu %v, want %v", counts, want)
	}
	for _, no := range [][2]int64{{256, 1536}, {256, 513}, {8192, 18432}, {16384, 36864}, {512, 512}} {
		if isFargateSize(no[0], no[1], false) {
			t.Errorf("%v is not a Fargate size", no)
		}
	}
}

func TestSmallestFargate(t *testing.T) {
	for _, test := range [][4]int64{
		{0, 0, 256, 512}, {256, 512, 256, 512}, {256, 513, 256, 1024}, {10, 1100, 256, 2048}, {256, 2049, 512, 3072}, {257, 100, 512, 1024},
		{2000, 16384, 2048, 16384}, {4096, 30721, 8192, 32768}, {16384, 122880, 16384, 122880}, {16384, 122881, 0, 0}, {16385, 1, 0, 0},
	} {
		cpu, memory := SmallestFargate(test[0], test[1])
		if cpu != test[2] || memory != test[3] || cpu > 0 && !isFargateSize(cpu, memory, false) {
			t.Errorf("%d CPU units and %d MiB are on %d and %d, want %d and %d", test[0], test[1], cpu, memory, test[2], test[3])
		}
	}
}
