package cluster

import (
	"hash/fnv"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// containerInsights are the values of the only setting that clusters have.
// Source: ECS API reference, ClusterSetting.
var containerInsights = []string{"enhanced", "enabled", "disabled"}

func checkClusterSettings(settings []types.ClusterSetting) error {
	for _, s := range settings {
		if s.Name != types.ClusterSettingNameContainerInsights {
			return kit.InvalidParameter(string(s.Name) + " should be one of [containerInsights]")
		}
		if value := aws.ToString(s.Value); !slices.Contains(containerInsights, value) {
			return kit.InvalidParameter("Invalid setting 'value'") // ECS0022
		}
	}
	return nil
}

// defaultSettings are those of a cluster whose request names none: what the
// account settings say.
func defaultSettings(tx *state.Tx, scope arn.Scope) []types.ClusterSetting {
	value, _ := accountSetting(tx, scope, scope.Root(), string(types.SettingNameContainerInsights))
	return []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: aws.String(value)}}
}

// mergeSettings returns settings with the values of changed.
func mergeSettings(settings, changed []types.ClusterSetting) []types.ClusterSetting {
	merged := slices.Clone(settings)
	for _, s := range changed {
		at := slices.IndexFunc(merged, func(m types.ClusterSetting) bool { return m.Name == s.Name })
		if at < 0 {
			merged = append(merged, s)
		} else {
			merged[at] = s
		}
	}
	return merged
}

// checkClusterConfiguration checks where ECS Exec sessions are logged.
// Source: ECS API reference, ExecuteCommandConfiguration; field reports.
func checkClusterConfiguration(c *types.ClusterConfiguration) error {
	if c == nil || c.ExecuteCommandConfiguration == nil {
		return nil
	}
	exec := c.ExecuteCommandConfiguration
	override := exec.Logging == types.ExecuteCommandLoggingOverride
	if !override && exec.LogConfiguration != nil {
		return kit.InvalidParameter("You must set logging to 'OVERRIDE' when you supply a log configuration.")
	}
	if override && (exec.LogConfiguration == nil ||
		aws.ToString(exec.LogConfiguration.CloudWatchLogGroupName) == "" && aws.ToString(exec.LogConfiguration.S3BucketName) == "") {
		return kit.InvalidParameter("A CloudWatch log group name or S3 bucket name must be specified when overriding the default log configuration.")
	}
	return nil
}

// serviceConnectDefaults answers the ARN of the namespace asked for; an empty name
// takes the default away. AWS makes a namespace of a new name in Cloud Map, which
// the emulator does not have: it makes the ARN only, the same for each name.
func serviceConnectDefaults(scope arn.Scope, asked *types.ClusterServiceConnectDefaultsRequest) *types.ClusterServiceConnectDefaults {
	if asked == nil || aws.ToString(asked.Namespace) == "" {
		return nil
	}
	namespace := *asked.Namespace
	if !arn.Is(namespace) {
		hash := fnv.New64a()
		hash.Write([]byte(namespace))
		id := "0000000000000000" + strconv.FormatUint(hash.Sum64(), 36)
		namespace = "arn:" + scope.Partition() + ":servicediscovery:" + scope.Region + ":" + scope.Account +
			":namespace/ns-" + id[len(id)-16:]
	}
	return &types.ClusterServiceConnectDefaults{Namespace: &namespace}
}
