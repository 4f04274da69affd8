package taskdef

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
)

var containerMembers = slices.Concat(
	member.Act(
		"command", "cpu", "dependsOn[].condition", "dependsOn[].containerName", "entryPoint",
		"essential",
		"healthCheck.command", "healthCheck.interval", "healthCheck.retries", "healthCheck.startPeriod", "healthCheck.timeout",
		"image", "interactive", "linuxParameters.capabilities.drop", "linuxParameters.initProcessEnabled",
		"linuxParameters.tmpfs[].containerPath", "linuxParameters.tmpfs[].mountOptions", "linuxParameters.tmpfs[].size",
		"memory", "memoryReservation", "mountPoints[].containerPath", "mountPoints[].readOnly", "mountPoints[].sourceVolume",
		"name", "portMappings[].containerPort", "portMappings[].hostPort", "pseudoTerminal", "readonlyRootFilesystem",
		"restartPolicy.enabled", "restartPolicy.ignoredExitCodes", "restartPolicy.restartAttemptPeriod",
		"startTimeout", "stopTimeout",
		"ulimits[].hardLimit", "ulimits[].name", "ulimits[].softLimit", "user",
		"volumesFrom[].readOnly", "volumesFrom[].sourceContainer", "workingDirectory",
	),
	member.Keep("credentialSpecs", "there is no Active Directory"),
	member.RefuseAs("disableNetworking", "Disable Networking is"+inAwsvpcNot),
	member.RefuseAs("dnsSearchDomains", "DNS search domains are"+inAwsvpcNot),
	member.RefuseAs("dnsServers", "DNS servers are"+inAwsvpcNot),
	member.ActInPart("dockerLabels", "labels that ECS and the emulator set win"),
	member.RefuseAs("dockerSecurityOptions", onFargateNo+"dockerSecurityOptions"),
	member.ActInPart("environment[].name", "wins over AWS_REGION, AWS_DEFAULT_REGION and AWS_EXECUTION_ENV, which are added otherwise"),
	member.Act("environment[].value"),
	member.Act("environmentFiles[].type"),
	member.ActInPart("environmentFiles[].value", anEnvironmentFile),
	member.RefuseAs("extraHosts", "Extra hosts are"+inAwsvpcNot),
	member.ActInPart("firelensConfiguration.options", "`config-file-type` s3 reads a file below `--s3-dir`, or an object of `--upstream`"),
	member.Act("firelensConfiguration.type"),
	member.RefuseAs("hostname", "hostname is"+inAwsvpcNot),
	member.RefuseAs("links", "Links are not supported when networkMode=awsvpc."),
	member.ActInPart("linuxParameters.capabilities.add", "AWS allows `SYS_PTRACE` alone on Fargate"),
	member.RefuseAs("linuxParameters.devices", onFargateNo+"devices"),
	member.RefuseAs("linuxParameters.maxSwap", onFargateNo+"maxSwap"),
	member.RefuseAs("linuxParameters.sharedMemorySize", onFargateNo+"sharedMemorySize"),
	member.RefuseAs("linuxParameters.swappiness", onFargateNo+"swappiness"),
	member.ActOnlyAs("logConfiguration.logDriver", []string{"awsfirelens", "awslogs", "splunk"}, "`ecs-emulator logs` has the output as well; splunk is the engine's driver"),
	member.ActInPart("logConfiguration.options", "of awslogs all but `mode` and `max-buffer-size`, as no container waits for its log, and the engine keeps up to 200 MB of unread output"),
	member.Act("logConfiguration.secretOptions[].name"),
	member.ActInPart("logConfiguration.secretOptions[].valueFrom", aSecret),
	member.ActInPart("portMappings[].appProtocol", "for Service Connect"),
	member.ActInPart("portMappings[].containerPortRange", "of a range the first 1,000 ports have ports on the loopback address"),
	member.ActInPart("portMappings[].name", "for Service Connect"),
	member.ActInPart("portMappings[].protocol", "a simulated container has no UDP port on the loopback address"),
	member.RefuseAs("privileged", noPrivilegesOnFargate),
	member.ActInPart("repositoryCredentials.credentialsParameter", aRegistryLogin),
	member.RefuseAs("resourceRequirements", "Tasks using the Fargate launch type do not support GPU resource requirements."),
	member.Act("secrets[].name"),
	member.ActInPart("secrets[].valueFrom", aSecret),
	member.ActInPart("systemControls[].namespace", "those of net. are the whole task's: the container that starts last decides"),
	member.Act("systemControls[].value"),
	member.ActInPart("versionConsistency", "tags of images that a task has pulled; a local image has no version that others could pull"),
)
