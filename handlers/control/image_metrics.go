package control

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// MeasureImages adds what repositories have, how many bytes the files of the registry have, and which images are being pulled.
func MeasureImages(rows *store.Store, size func() int64, pulls func() int) Measure {
	return func(_ context.Context, to *Exposition) {
		tx := rows.Read()
		to.Family("gauge", "ecs_emulator_repositories", "Repositories of Amazon ECR.")
		to.Sample("ecs_emulator_repositories", ecr.Repositories.Len(tx))
		to.Family("gauge", "ecs_emulator_images", "Images in repositories, with indexes and other artifacts.")
		to.Sample("ecs_emulator_images", ecr.Images.Len(tx))
		to.Family("gauge", "ecs_emulator_registry_bytes", "Size of all files of the registry, with uploads that are not complete.")
		to.Sample("ecs_emulator_registry_bytes", size())
		to.Family("gauge", "ecs_emulator_image_pulls", "Images that are being pulled for tasks, each once, however many tasks wait for it.")
		to.Sample("ecs_emulator_image_pulls", pulls())
	}
}
