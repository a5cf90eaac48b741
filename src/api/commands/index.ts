/** The list of all commands. A new command is a file and a line here. */
import type { Command } from '../define/command.ts'
import type { AnySetting } from '../define/setting.ts'
import { alarm } from './alarm/Alarm.ts'
import { audioAlarm } from './alarm/AudioAlarm.ts'
import { getMdState } from './alarm/MdState.ts'
import { autoFocus } from './auto-focus/AutoFocus.ts'
import { enc } from './enc/Enc.ts'
import { irLights } from './led/IrLights.ts'
import { powerLed } from './led/PowerLed.ts'
import { cloudSchedule, getCloud, setCloud } from './network/Cloud.ts'
import { ddns } from './network/Ddns.ts'
import { email, testEmail } from './network/Email.ts'
import { ftp, testFtp } from './network/Ftp.ts'
import { localLink } from './network/LocalLink.ts'
import { mobile } from './network/Mobile.ts'
import { netPort } from './network/NetPort.ts'
import { ntp } from './network/Ntp.ts'
import { p2p } from './network/P2p.ts'
import { push } from './network/Push.ts'
import { upnp } from './network/Upnp.ts'
import { scanWifi, testWifi, wifi } from './network/Wifi.ts'
import {
  getAudioAlarmV20,
  getEmailV20,
  getFtpV20,
  getPushV20,
  setAudioAlarmV20,
  setEmailV20,
  setFtpV20,
  setPushV20,
} from './newer/AlarmSchedules.ts'
import { audioAlarmPlay } from './newer/AudioAlarmPlay.ts'
import { getChannelstatus, getChnTypeInfo } from './newer/ChannelStatus.ts'
import { getDevName, setDevName } from './newer/DevName.ts'
import { getAiState, getEvents } from './newer/Events.ts'
import { getManualRec, setManualRec } from './newer/ManualRec.ts'
import { getMdAlarm, setMdAlarm } from './newer/MdAlarm.ts'
import { getPtzGuard, setPtzGuard } from './newer/PtzGuard.ts'
import { pushCfg } from './newer/PushCfg.ts'
import { getRecV20, setRecV20 } from './newer/RecV20.ts'
import { getRtspUrl } from './newer/RtspUrl.ts'
import { testWebHook, webHooks } from './newer/WebHook.ts'
import { whiteLed } from './newer/WhiteLed.ts'
import { getZoomFocus, startZoomFocus } from './newer/ZoomFocus.ts'
import { getPtzCurPos, ptzCtrl } from './ptz/PtzCtrl.ts'
import { getPtzPatrol, setPtzPatrol } from './ptz/PtzPatrol.ts'
import { getPtzPreset, setPtzPreset } from './ptz/PtzPreset.ts'
import { ptzSerial } from './ptz/PtzSerial.ts'
import { getPtzTattern, setPtzTattern } from './ptz/PtzTattern.ts'
import { download, playback } from './record/Download.ts'
import { rec } from './record/Rec.ts'
import { search } from './record/Search.ts'
import { snap } from './record/Snap.ts'
import { rtmpAuth, rtmpStart, rtmpStop } from './rtmp/Rtmp.ts'
import { auth } from './security/Auth.ts'
import { login, logout } from './security/Login.ts'
import { disconnect, getOnline } from './security/Online.ts'
import { addUser, delUser, getUser, modifyUser } from './security/User.ts'
import { getAbility } from './system/Ability.ts'
import { autoMaint } from './system/AutoMaint.ts'
import { getDevInfo } from './system/DevInfo.ts'
import { format, getHddInfo } from './system/Disk.ts'
import { exportCfg } from './system/ExportCfg.ts'
import { heartBeat } from './system/HeartBeat.ts'
import { importCfg } from './system/ImportCfg.ts'
import { delLog, getLog } from './system/Log.ts'
import { getPerformance } from './system/Performance.ts'
import { reboot, shutdown } from './system/Power.ts'
import { restore } from './system/Restore.ts'
import { time } from './system/Time.ts'
import { upgrade, upgradePrepare, upgradeStatus } from './system/Upgrade.ts'
import { autoUpgrade, checkFirmware, upgradeOnline } from './system/UpgradeOnline.ts'
import { crop } from './video-input/Crop.ts'
import { image } from './video-input/Image.ts'
import { isp } from './video-input/Isp.ts'
import { mask } from './video-input/Mask.ts'
import { norm } from './video-input/Norm.ts'
import { osd } from './video-input/Osd.ts'
import { preview } from './video-input/Preview.ts'

/** Settings, in the order in which they take effect at start. */
export const SETTINGS: readonly AnySetting[] = [
  time,
  autoMaint,
  auth,
  norm,
  enc,
  osd,
  image,
  isp,
  mask,
  crop,
  irLights,
  whiteLed,
  powerLed,
  ptzSerial,
  autoFocus,
  rec,
  alarm,
  email,
  ftp,
  push,
  pushCfg,
  webHooks,
  cloudSchedule,
  audioAlarm,
  autoUpgrade,
  netPort,
  ntp,
  localLink,
  wifi,
  mobile,
  p2p,
  upnp,
  ddns,
]

const ACTIONS: readonly Command[] = [
  getAbility,
  getDevInfo,
  exportCfg,
  importCfg,
  restore,
  getPerformance,
  getHddInfo,
  format,
  reboot,
  shutdown,
  heartBeat,
  getLog,
  delLog,
  upgrade,
  upgradePrepare,
  upgradeStatus,
  checkFirmware,
  upgradeOnline,
  login,
  logout,
  getUser,
  addUser,
  delUser,
  modifyUser,
  getOnline,
  disconnect,
  scanWifi,
  testWifi,
  getCloud,
  setCloud,
  preview,
  search,
  download,
  playback,
  snap,
  testEmail,
  testFtp,
  rtmpStart,
  rtmpStop,
  rtmpAuth,
  getPtzPreset,
  setPtzPreset,
  getPtzPatrol,
  setPtzPatrol,
  ptzCtrl,
  getPtzCurPos,
  getPtzTattern,
  setPtzTattern,
  getChannelstatus,
  getChnTypeInfo,
  getDevName,
  setDevName,
  getAiState,
  getEvents,
  getRtspUrl,
  getPtzGuard,
  setPtzGuard,
  getZoomFocus,
  startZoomFocus,
  getManualRec,
  setManualRec,
  getRecV20,
  setRecV20,
  getMdAlarm,
  setMdAlarm,
  getEmailV20,
  setEmailV20,
  getFtpV20,
  setFtpV20,
  getPushV20,
  setPushV20,
  getAudioAlarmV20,
  setAudioAlarmV20,
  audioAlarmPlay,
  testWebHook,
  getMdState,
]

/** Every command the camera knows, ordered by section number. */
export const COMMANDS: readonly Command[] = [
  ...SETTINGS.flatMap(({ commands }) => commands),
  ...ACTIONS,
].sort((one, other) => one.guide.localeCompare(other.guide, 'en', { numeric: true }))
