package executionresource_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource/executionresourcetest"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Pulls of one principal are shared, whichever password each of them has, so no secret may name one.
func TestASecretNamesNoPrincipal(t *testing.T) {
	s := &executionresourcetest.Source{Secrets: map[string]string{aStore: `{"username":"me","password":"hunter2","principal":"role"}`}}
	read, err := executionresource.Read(t.Context(), s, &state.Task{}, []types.ContainerDefinition{private(aStore)})
	if err != nil {
		t.Fatal(err)
	}
	if want := (backend.RegistryAuth{Username: "me", Password: "hunter2"}); *read["app"].Registry != want {
		t.Errorf("the login is %+v, want %+v", *read["app"].Registry, want)
	}
}
