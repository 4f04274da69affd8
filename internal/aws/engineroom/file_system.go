package engineroom

import "github.com/ecs-emulator/ecs-emulator/internal/base/store"

var fileSystems = store.NewTable("engine-file-system", func(f *FileSystem) string { return f.ID })

// FileSystem is a file system that is on one engine: each engine has its own folder or volume of an id, so a task on
// another one would find it empty. It stays there when its tasks have ended, as its files do.
type FileSystem struct{ ID, Engine string }

// Claim has file systems be on the engine of the task that is the first to mount them.
func Claim(tx *store.Tx, engine string, ids []string) {
	for _, id := range ids {
		if engine != "" && fileSystems.Get(tx, id) == nil {
			fileSystems.Put(tx, &FileSystem{id, engine})
		}
	}
}

// Leave forgets the file systems of an engine that is not there any more.
func Leave(tx *store.Tx, engine string) {
	for _, f := range fileSystems.List(tx, "") {
		if f.Engine == engine {
			fileSystems.Delete(tx, f)
		}
	}
}
