package volume

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func TestReasonsOfVolumesThatFail(t *testing.T) {
	missing := &backend.NotFoundError{Kind: backend.KindFolder, Err: errors.New("gone")}
	efs := &types.Volume{Name: aws.String("data"), EfsVolumeConfiguration: &types.EFSVolumeConfiguration{
		FileSystemId: aws.String("fs-1"), RootDirectory: aws.String("/none"),
	}}
	for _, c := range []struct {
		name      string
		onFargate bool
		volume    *types.Volume
		err       error
		want      string
	}{
		{"EFS on Fargate", true, efs, missing, "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: " +
			"stderr: b'mount.nfs4: mounting fs-1.efs.us-east-1.amazonaws.com:/none failed, reason given by server: No such file or directory' : " +
			"unsuccessful EFS utils command execution; code: 32"},
		{"EFS on EC2", false, efs, missing, "Error response from daemon: create " + "ecs-web-1-data" +
			": VolumeDriver.Create: mounting volume failed: mount.nfs4: mounting fs-1.efs.us-east-1.amazonaws.com:/none failed, " +
			"reason given by server: No such file or directory"},
		{"anything on Fargate", true, efs, errors.New("no space"), "ResourceInitializationError: no space"},
		{"anything on EC2", false, efs, errors.New("Error response from daemon: no space"), "Error response from daemon: no space"},
	} {
		if got := request(c.volume, c.onFargate).Failure(c.err); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
}
