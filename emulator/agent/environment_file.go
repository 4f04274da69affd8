package agent

import (
	"bytes"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
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

// bucketAndKey are those of an object's ARN.
func bucketAndKey(objectARN string) (bucket, key string) {
	parts := strings.SplitN(objectARN, ":", 6)
	if len(parts) < 6 {
		return "", ""
	}
	bucket, key, _ = strings.Cut(parts[5], "/")
	return bucket, key
}

// over is an environment with the variables of two: what is above goes before what is below.
// No name is in it twice, since which of two a program finds is up to the program.
func over(above, below []types.KeyValuePair) (all []types.KeyValuePair) {
	for _, v := range below {
		if !hasVariable(above, aws.ToString(v.Name)) {
			all = append(all, v)
		}
	}
	return append(all, above...)
}
