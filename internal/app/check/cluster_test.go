package check_test

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

// TestEncryptionOfSessionsIsNoted, of clusters that are made and of those that change.
func TestEncryptionOfSessionsIsNoted(t *testing.T) {
	const configuration = `"configuration": {"executeCommandConfiguration": {"kmsKeyId": "k", "logging": "OVERRIDE",
		"logConfiguration": {"s3BucketName": "b", "s3EncryptionEnabled": true, "cloudWatchEncryptionEnabled": false}}}}`
	for operation, text := range map[string]string{"": `{"clusterName": "c", ` + configuration, "UpdateCluster": `{"cluster": "c", ` + configuration} {
		var noted []string
		for _, f := range (check.Options{Operation: operation}).Files([]check.File{{Name: "c.json", Text: []byte(text)}}) {
			noted = append(noted, string(f.Effect)+" "+f.Member)
		}
		want := []string{
			"no effect configuration.executeCommandConfiguration.kmsKeyId",
			"no effect configuration.executeCommandConfiguration.logConfiguration.s3EncryptionEnabled",
		}
		if !slices.Equal(noted, want) {
			t.Errorf("%s %v, want %v", operation, noted, want)
		}
	}
}
