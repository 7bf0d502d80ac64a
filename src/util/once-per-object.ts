/**
 * `make`, done once for each object that it is given, and remembered as long as the object is there.
 * What many are sent, such as the JSON of one event for all its subscribers, is made once that way.
 */
export function oncePerObject<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, { value: V }>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known.value
    const value = make(key)
    made.set(key, { value })
    return value
  }
}
