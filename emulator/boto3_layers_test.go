package emulator_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// boto3 pushes layers by ECR's API, and reads them by the URLs that this gives.
func TestBoto3PushesLayers(t *testing.T) {
	t.Parallel()
	requireBoto3(t)
	w := start(t)
	cmd := exec.CommandContext(t.Context(), "python3", filepath.Join(pythonFolder, "layers.py"))
	cmd.Env = append(boto3Environment(w.srv.URL()), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
	output, err := cmd.CombinedOutput()
	const want = "pushed True\nis AVAILABLE\nreads True\nsame True\nagain ImageAlreadyExistsException\n"
	if err != nil || string(output) != want {
		t.Errorf("it ends with %v and prints:\n%s\nwant\n%s", err, output, want)
	}
}

// boto3Environment has boto3 find an emulator, and nothing of the user's settings.
func boto3Environment(url string) []string {
	return []string{
		"HOME=" + os.Getenv("HOME"), "PYENV_ROOT=" + os.Getenv("PYENV_ROOT"), "PATH=" + os.Getenv("PATH"),
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_DEFAULT_REGION=eu-west-1", "AWS_ENDPOINT_URL=" + url,
	}
}
