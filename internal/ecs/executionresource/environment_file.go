package executionresource

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// parseEnvironmentFile reads lines NAME=VALUE. Those that begin with a # or have no name or
// no value say nothing, and nothing is trimmed or unquoted. Source: amazon-ecs-agent.
func parseEnvironmentFile(content []byte) (variables []types.KeyValuePair) {
	for line := range bytes.Lines(content) {
		text := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
		name, value, _ := strings.Cut(text, "=")
		if name != "" && value != "" && !strings.HasPrefix(text, "#") {
			variables = append(variables, types.KeyValuePair{Name: &name, Value: &value})
		}
	}
	return variables
}

// bucketAndKey splits an object's ARN.
func bucketAndKey(objectARN string) (bucket, key string) {
	parts := strings.SplitN(objectARN, ":", 6)
	if len(parts) < 6 {
		return "", ""
	}
	bucket, key, _ = strings.Cut(parts[5], "/")
	return bucket, key
}

// lastOfEach are variables of which the last of a name decides.
func lastOfEach(all []types.KeyValuePair) (last []types.KeyValuePair) {
	known := map[string]bool{}
	for _, v := range slices.Backward(all) {
		if name := aws.ToString(v.Name); !known[name] {
			known[name] = true
			last = append(last, v)
		}
	}
	slices.Reverse(last)
	return last
}

// over is an environment with the variables of two: those of the first win.
// No name is in it twice, since which of two a program finds is up to the program.
func over(above, below []types.KeyValuePair) (all []types.KeyValuePair) {
	known := make(map[string]bool, len(above))
	for _, v := range above {
		known[aws.ToString(v.Name)] = true
	}
	for _, v := range below {
		if !known[aws.ToString(v.Name)] {
			all = append(all, v)
		}
	}
	return append(all, above...)
}
