// Package engines has the container engines of a run: where users say that they are, how they are opened together, and which
// of them the state's tasks belong to. One engine may have no name; several have one each:
//
//	places, err := engines.Parse("a=tcp://10.0.0.7:2376,b=ssh://ecs@10.0.0.8")
package engines
