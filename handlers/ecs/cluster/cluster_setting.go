package cluster

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
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

// defaultSettings of a cluster whose request names none: what the
// account settings of its maker say.
// Source: ECS API reference, PutAccountSetting.
func defaultSettings(tx *store.Tx, call awsapi.Call) []types.ClusterSetting {
	rule, _ := settingNamed(types.SettingNameContainerInsights)
	value, _ := accountSetting(tx, call.Scope(), kit.SettingOwner(call), rule)
	return []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: aws.String(value)}}
}

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
