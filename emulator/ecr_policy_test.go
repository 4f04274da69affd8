package emulator_test

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// The log tells once of a policy that an older build has taken and that cannot be evaluated.
func TestTheLogTellsOfPoliciesThatCannotBeEvaluated(t *testing.T) {
	dir := t.TempDir()
	rows, err := state.Open(store.Options{Path: filepath.Join(dir, "state.db")})
	if err != nil {
		t.Fatal(err)
	}
	if err := rows.Update(func(tx *store.Tx) error {
		for name, condition := range map[string]string{"old": "null", "new": `{"Bool":{"aws:SecureTransport":"false"}}`} {
			ecr.Repositories.Put(tx, &ecr.Repository{
				Scope: arn.Scope{Region: "us-east-1", Account: "000000000000"}, Name: name,
				Policy: `{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Condition":` + condition + `}}`,
			})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	var log lockedBuffer
	open(t, emulator.Options{DataDir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))}).close()
	const line = "the policy of a repository cannot be evaluated"
	if text := log.String(); strings.Count(text, line) != 1 || !strings.Contains(text, "repository=arn:aws:ecr:us-east-1:000000000000:repository/old\n") {
		t.Errorf("the log is\n%s", text)
	}
}
